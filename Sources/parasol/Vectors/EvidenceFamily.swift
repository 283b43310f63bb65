import ServiceProtocols
import SharingContracts
import TransparencyLog

/// `evidence`: files that convict a log or say less, and files that are no evidence.
enum EvidenceFamily: VectorFamily {
    static let name = "evidence"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let key = try fields["log"].string()
        let log = try section.attempt { () throws(TransparencyLogError) in try VerifierKey(key) }
        let leaves = try fields["leaves"].array().map { node throws(VectorError) in try node.octets() }
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let (why, bytes) = (try fields["why"].string(), Array(try fields["file"].string().utf8))
            let earlier = try earlier(&fields, leaves)
            let evidence = try node.attempt { () throws(EvidenceError) in try LedgerEvidence(encoded: bytes) }
            guard evidence.encoded == bytes else { throw node.failure(.refused("not canonical")) }
            let finding = try node.attempt { try evidence.verify(log: log, earlier: earlier) }
            try expect(finding, &fields)
            try fields.finish()
            report("evidence, \(why): \(finding.convicts ? "convicts" : "not established")")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let (why, bytes) = (try fields["why"].string(), Array(try fields["file"].string().utf8))
            let earlier = try earlier(&fields, leaves)
            try fields["error"].names {
                _ = try LedgerEvidence(encoded: bytes).verify(log: log, earlier: earlier)
            }
            try fields.finish()
            report("evidence, \(why): refused")
        }
        try fields.finishBound()
        return good.count + refused.count
    }

    /// The leaves that a case has at hand, by their places among the section's; nil where it has none.
    private static func earlier(
        _ fields: inout VectorFields, _ leaves: [[UInt8]]
    ) throws(VectorError) -> LedgerEvidence.Leaves? {
        guard let node = fields.optional("earlier") else { return nil }
        let given = try node.array().map { place throws(VectorError) -> [UInt8] in
            let index = try place.integer()
            guard leaves.indices.contains(index) else { throw place.failure(.refused("no such leaf")) }
            return leaves[index]
        }
        return { wanted in
            Array(given.dropFirst(Int(clamping: wanted.lowerBound)).prefix(Int(clamping: wanted.count)))
        }
    }

    private static func expect(_ finding: EvidenceFinding, _ fields: inout VectorFields) throws(VectorError) {
        let kind: String
        switch finding {
        case .forked(let first, let second, let prefix):
            kind = "forked"
            try fields["prefix"].counts(prefix)
            try fields["sizes"].counts([first.size, second.size])
        case .ruleBroken(let checkpoint, let index, let violation, let basis):
            kind = "ruleBroken"
            try fields["index"].counts(index)
            try fields["sizes"].counts([checkpoint.size])
            try fields["code"].reads(Array(violation.code.rawValue.utf8))
            try fields["basis"].reads(Array((basis == .leafAlone ? "leafAlone" : "earlierLeaves").utf8))
        case .leafSigned(let checkpoint, let index, let charged):
            kind = "leafSigned"
            try fields["index"].counts(index)
            try fields["sizes"].counts([checkpoint.size])
            try fields["code"].reads(Array(charged.rawValue.utf8))
        }
        try fields["finding"].reads(Array(kind.utf8))
    }
}
