import Octets
import TransparencyLog

/// `cosignatures`: a log's signature and its witnesses' under one checkpoint; Ed25519 gives the same bytes again.
enum CosignatureFamily: VectorFamily {
    static let name = "cosignatures"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let signers = try LogKeyFamily.signers(of: file)
        var fields = try section.fields()
        let text = Array(try fields["text"].string().utf8)
        let checkpoint = try section.attempt { () throws(TransparencyLogError) in try Checkpoint(text: text) }
        guard checkpoint.text == text else { throw section.failure(.refused("the checkpoint is not canonical")) }
        let logLine = try fields["log_line"]
        guard
            let log = signers.values.first(where: {
                $0.verifierKey.name.bytes == checkpoint.origin.bytes
                    && (try? $0.sign(text: text).encoded) == (try? Array(logLine.string().utf8))
            })
        else { throw logLine.failure(.refused("no key of this file signs so")) }
        report("cosignatures: \(log.verifierKey.name) signs")
        let lines = try fields["lines"].array()
        for node in lines {
            var fields = try node.fields()
            let key = try fields["vkey"]
            let time = try fields["time"].unsigned()
            guard let witness = signers[try key.string()] else { throw key.failure(.refused("no key of this file")) }
            let made = try node.attempt { () throws(TransparencyLogError) in
                try witness.cosign(text: text, time: time)
            }
            try fields["line"].reads(made.encoded)
            try fields.finish()
            report("cosignatures: \(witness.verifierKey.name) cosigns at \(time)")
        }
        try fields.finishBound()
        return lines.count + 1
    }
}
