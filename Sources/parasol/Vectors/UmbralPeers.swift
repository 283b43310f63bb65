/// What is recorded of other implementations.
enum UmbralPeers {
    /// How files made by this program call it.
    static let ourselves = "parasol"
    private static let umbralPre = "umbral_pre 0.11.0"
    private static let nucypherCore = "nucypher_core 0.16.0"

    /// The answers of the two wheels whose answers are known here.
    struct Results: Sendable {
        let umbralPre: String
        let nucypherCore: String

        static func both(_ text: String) -> Results { Results(umbralPre: text, nucypherCore: text) }
    }

    /// That recorded results are the ones known for that item and version, and ours are ours.
    ///
    /// `ours` is nil where we could not judge.
    static func check(
        _ results: [String: VectorNode], of item: UmbralRobustnessItem, ours: String?
    ) throws(VectorError) {
        let known =
            item.what == UmbralRobustnessItem.valid
            ? Results.both(item.object == .capsule ? "accepted" : "verified")
            : UmbralChange.known(item.what, of: item.object)?.peers
        for (peer, node) in results {
            let recorded = try node.string()
            let expected: String? =
                switch peer {
                case ourselves: ours
                case umbralPre: known?.umbralPre
                case nucypherCore: known?.nucypherCore
                default: nil
                }
            if let expected, recorded != expected { throw node.failure(.unequal(expected: expected)) }
        }
    }

    /// That all items record the same peers.
    static func checkAgreement(of items: [UmbralRobustnessItem]) throws(VectorError) {
        guard let first = items.first else { return }
        for item in items where Set(item.results.keys) != Set(first.results.keys) {
            throw item.node.failure(
                .unequal(expected: "recorded of \(first.results.keys.sorted().joined(separator: " and "))"))
        }
    }

    /// That a version that the note gives for a peer is the one under which that peer's results are recorded.
    ///
    /// Where these results are our own, the note is ours too.
    static func check(note: VectorNode, of file: VectorFields) throws(VectorError) {
        let text = try note.string().replacing("-", with: "_")
        var file = file
        guard var robustness = try file.optional(UmbralRobustnessFamily.name)?.fields(),
            let item = try robustness.optional("items")?.array().first
        else { return }
        var fields = try item.fields()
        if try fields["result"].fields().contains(ourselves) {
            return try note.reads(Array(UmbralVectorGenerator.note.utf8))
        }
        for peer in try fields["result"].fields().names {
            guard let separator = peer.lastIndex(of: " ") else { continue }
            let name = peer[..<separator]
            let version = peer[peer.index(after: separator)...]
            guard let mention = text.firstRange(of: "\(name) ") else { continue }
            let noted = text[mention.upperBound...].prefix { $0.isNumber || $0 == "." }
            guard noted == version else { throw note.failure(.unequal(expected: "about \(peer)")) }
        }
    }
}
