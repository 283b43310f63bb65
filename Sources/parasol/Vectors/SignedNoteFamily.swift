import Octets
import TransparencyLog

/// `notes`: signed notes that verify, and some that are refused.
enum SignedNoteFamily: VectorFamily {
    static let name = "notes"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let encoded = Array(try fields["note"].string().utf8)
            let keys = try fields["keys"].verifierKeys()
            let verified = try fields["verified"].verifierKeys()
            let note = try node.attempt { () throws(TransparencyLogError) in try SignedNote(encoded: encoded) }
            let found = try node.attempt { () throws(TransparencyLogError) in try note.verified(by: keys) }
            guard found.map(\.key) == verified, note.encoded == encoded else {
                throw node.failure(.refused("other keys have signed"))
            }
            try fields.finish()
            report("note, \(why): verified")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let why = try fields["why"].string()
            let encoded = Array(try fields["note"].string().utf8)
            let keys = try fields["keys"].verifierKeys()
            try fields["error"].names { () throws(TransparencyLogError) in
                _ = try SignedNote(encoded: encoded).verified(by: keys)
            }
            try fields.finish()
            report("note, \(why): refused")
        }
        let binary = try fields["not_utf8"]
        let bytes = try binary.octets()
        if (try? SignedNote(encoded: bytes)) != nil { throw binary.failure(.accepted) }
        report("note, not UTF-8: refused")
        try fields.finishBound()
        return good.count + refused.count + 1
    }
}
