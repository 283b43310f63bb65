import Crypto
import Octets
import SharingContracts

/// `leaves`: a whole small ledger, read, replayed and described anew.
enum LedgerLeafFamily: VectorFamily {
    static let name = "leaves"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let (origin, entries, state) = try LedgerReplay.run(section, of: file)
        for ((index, node), entry) in zip(try section.array().enumerated(), entries) {
            try check(node, entry, origin, state)
            report("leaf \(index): \(entry.transaction.body.name) is valid where it stands")
        }
        return entries.count
    }

    private static func check(
        _ node: VectorNode, _ entry: LedgerEntry, _ origin: String, _ state: WorldState
    ) throws(VectorError) {
        var fields = try node.fields()
        let transaction = entry.transaction
        try fields["type"].reads(Array(transaction.body.name.utf8))
        let time = try fields["sequencedAt"]
        guard try time.unsigned() == entry.sequencedAt.microseconds else {
            throw time.failure(.unequal(expected: String(entry.sequencedAt.microseconds)))
        }
        try fields["transaction"].equals(transaction.serialized)
        let input = try node.attempt { () throws(ContractViolation) in try transaction.signatureInput(origin: origin) }
        try fields["signatureInputSHA256"].equals(Array(SHA256.hash(data: input)))
        let signatures = try fields["signatures"]
        let nodes = try signatures.array()
        guard nodes.count == entry.signedTransaction.signatures.count else {
            throw signatures.failure(.unequal(expected: "\(entry.signedTransaction.signatures.count) signatures"))
        }
        for (node, signature) in zip(nodes, entry.signedTransaction.signatures) {
            var fields = try node.fields()
            try fields["signer"].reads(Array("\(signature.signer)".utf8))
            try fields["key"].reads(Array((state.signingKey(of: signature.signer)?.description ?? "").utf8))
            try fields["signature"].equals(signature.signature.bytes)
            try fields.finish()
        }
        try fields["signedTransaction"].equals(entry.signedTransaction.serialized)
        try fields["entry"].equals(entry.serialized)
        try fields["leafHash"].equals(Array(SHA256.hash(data: [0] + entry.serialized)))
        try fields.finish()
    }
}

/// The ledger of a file, re-executed.
enum LedgerReplay {
    /// The final state of a file's ledger; nil where the file has no leaves.
    static func state(of file: VectorFields) throws(VectorError) -> WorldState? {
        var copy = file
        guard let leaves = copy.optional(LedgerLeafFamily.name) else { return nil }
        return try run(leaves, of: file).state
    }

    static func run(
        _ leaves: VectorNode, of file: VectorFields
    ) throws(VectorError) -> (origin: String, entries: [LedgerEntry], state: WorldState) {
        var file = file
        let origin = try file["origin"].string()
        var state = WorldState(origin: origin)
        var entries: [LedgerEntry] = []
        for node in try leaves.array() {
            var fields = try node.fields()
            let bytes = try fields["entry"]
            let entry = try bytes.parsed { encoded throws(ContractViolation) in try LedgerEntry(serialized: encoded) }
            try bytes.attempt { () throws(ContractViolation) in try state.apply(entry) }
            entries.append(entry)
        }
        return (origin, entries, state)
    }
}

/// `capsuleDigests`: what the ledger keeps of a capsule.
enum CapsuleDigestFamily: VectorFamily {
    static let name = "capsuleDigests"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let state = try LedgerReplay.state(of: file)
        let nodes = try section.array()
        for node in nodes {
            var fields = try node.fields()
            let text = try fields["record"].string()
            let record = try node.attempt { try RecordID(hexadecimal: text) }
            let digest = LedgerDigest.capsule(try fields["capsule"].octets())
            try fields["digest"].equals(digest.bytes)
            guard state == nil || state?.record(record)?.capsuleDigest == digest else {
                throw node.failure(.refused("the ledger has another digest"))
            }
            try fields.finish()
            report("capsule digest of record \(record): \(state == nil ? "holds" : "is the ledger's")")
        }
        return nodes.count
    }
}

/// `fragmentDigests`: what the ledger keeps of a fragment, or of the fragments for several records.
enum FragmentDigestFamily: VectorFamily {
    static let name = "fragmentDigests"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let state = try LedgerReplay.state(of: file)
        let nodes = try section.array()
        for node in nodes {
            var fields = try node.fields()
            let (first, second) = (try fields["request"].string(), try fields["transformer"].string())
            let request = try node.attempt { try TransactionID(hexadecimal: first) }
            let transformer = try node.attempt { try IdentityID(hexadecimal: second) }
            let parts: [[UInt8]]
            if let several = fields.optional("fragments") {
                parts = try several.array().map { node throws(VectorError) in try node.octets() }
            } else {
                parts = [try fields["fragment"].octets()]
            }
            let digest = LedgerDigest.answer(parts, by: transformer, for: request)
            try fields["digest"].equals(digest.bytes)
            guard state == nil || state?.request(request)?.transform(by: transformer)?.fragmentDigest == digest else {
                throw node.failure(.refused("the ledger has another digest"))
            }
            try fields.finish()
            report("fragment digest for request \(request): \(state == nil ? "holds" : "is the ledger's")")
        }
        return nodes.count
    }
}

/// `refusals`: encodings that nobody may accept.
enum TransactionRefusalFamily: VectorFamily {
    static let name = "refusals"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let nodes = try section.array()
        for node in nodes {
            var fields = try node.fields()
            let what = try fields["what"].string()
            let level = try fields["level"]
            let (name, bytes, code) = (try level.string(), try fields["bytes"].octets(), try fields["code"])
            do throws(ContractViolation) {
                switch name {
                case "entry": _ = try LedgerEntry(serialized: bytes)
                case "signedTransaction": _ = try SignedTransaction(serialized: bytes)
                case "transaction": _ = try Transaction(serialized: bytes)
                default: throw ContractViolation(.undecodable, "level \(name)")
                }
            } catch {
                guard ["entry", "signedTransaction", "transaction"].contains(name) else {
                    throw level.failure(.wrongType(expected: "entry, signedTransaction or transaction"))
                }
                guard try code.string() == error.code.rawValue else {
                    throw code.failure(.unequal(expected: error.code.rawValue))
                }
                try fields.finishBound()
                report("refusal, \(what): \(error.code.rawValue)")
                continue
            }
            throw node.failure(.accepted)
        }
        return nodes.count
    }
}
