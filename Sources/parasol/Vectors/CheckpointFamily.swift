import Octets
import TransparencyLog

/// `checkpoints`: those that are read, and some that are refused.
enum CheckpointFamily: VectorFamily {
    static let name = "checkpoints"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let text = Array(try fields["text"].string().utf8)
            let checkpoint = try node.attempt { () throws(TransparencyLogError) in try Checkpoint(text: text) }
            guard checkpoint.text == text else { throw node.failure(.refused("not canonical")) }
            try fields["origin"].reads(checkpoint.origin.bytes)
            try fields["size"].reads(Array(String(checkpoint.size).utf8))
            try fields.finish()
            report("checkpoint of size \(checkpoint.size): read")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let text = Array(try fields["text"].string().utf8)
            try fields["error"].names { () throws(TransparencyLogError) in _ = try Checkpoint(text: text) }
            try fields.finish()
            report("checkpoint, \(why): refused")
        }
        try fields.finishBound()
        return good.count + refused.count
    }
}
