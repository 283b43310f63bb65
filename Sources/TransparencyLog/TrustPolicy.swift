/// Whose checkpoints count: the logs, the witnesses, and how many of which must have cosigned (C2SP tlog-policy).
///
/// ```
/// log log.example.org/parasol+c1d5…+AT…
/// witness alpha alpha.example.org+0b2e…+BC…  https://alpha.example.org/
/// witness beta  beta.example.net+77a0…+BD…
/// witness gamma gamma.example.com+19cc…+BA…
/// group   members 2 alpha beta gamma
/// quorum  members
/// ```
public struct TrustPolicy: Hashable, Sendable {
    /// A log or a witness as named in the policy.
    public struct Party: Hashable, Sendable {
        public let key: VerifierKey
        /// Where it is reached, as written; nil where the line has none.
        public let address: String?
    }

    /// A name that stands for one witness or for a threshold of earlier names.
    enum Rule: Hashable, Sendable {
        case witness(VerifierKey)
        case group(threshold: Int, members: [String])
    }

    /// No policy that people can read has more lines; recursion is as deep as lines at most.
    public static let maximumLines = 256

    /// In the order of their lines.
    public internal(set) var logs: [Party] = []
    /// In the order of their lines.
    public internal(set) var witnesses: [Party] = []
    var rules: [String: Rule] = [:]
    var quorum: String?

    init() {}

    /// The policy that any `threshold` of `witnesses` cosign checkpoints of `log`.
    ///
    /// - Throws: as ``init(text:)`` does, by the lines it stands for.
    public init(log: VerifierKey, witnesses: [VerifierKey], threshold: Int) throws(TransparencyLogError) {
        var text = "log \(log.vkey)\n"
        for (index, witness) in witnesses.enumerated() { text += "witness w\(index + 1) \(witness.vkey)\n" }
        let members = witnesses.indices.map { " w\($0 + 1)" }.joined()
        text += "group members \(threshold)\(members)\nquorum members\n"
        try self.init(text: Array(text.utf8))
    }

    /// Whether any cosignature is needed at all. Without, whoever has the log's key decides alone what is final: C2SP allows
    /// that (`quorum none`), and nobody should rely on it who does not trust the log's operator.
    public var hasQuorum: Bool { quorum != nil }

    /// Whether cosignatures by these keys meet the quorum.
    public func isMet(by cosigners: some Collection<VerifierKey>) -> Bool {
        guard let quorum else { return true }
        let cosigners = Set(cosigners)
        // Names are used once, by lines that come later: a tree, each name of which is visited at most once.
        func isMet(_ name: String) -> Bool {
            switch rules[name] {
            case .witness(let key): cosigners.contains(key)
            case .group(let threshold, let members): members.count(where: isMet) >= threshold
            case nil: false
            }
        }
        return isMet(quorum)
    }

    /// Verifies a checkpoint by this policy: a log's signature, and the quorum's.
    ///
    /// - Throws: what ``VerifiedCheckpoint/init(_:logs:witnesses:)`` throws, ``TransparencyLogError/quorumNotMet``,
    ///   ``TransparencyLogError/wrongOrigin(expected:actual:)`` where `origin` is given and is not the checkpoint's.
    public func verify(
        _ note: SignedNote, origin: LogOrigin? = nil
    ) throws(TransparencyLogError) -> VerifiedCheckpoint {
        let verified = try VerifiedCheckpoint(note, logs: logs.map(\.key), witnesses: witnesses.map(\.key))
        if let origin, origin != verified.checkpoint.origin {
            throw .wrongOrigin(expected: origin, actual: verified.checkpoint.origin)
        }
        guard isMet(by: verified.cosignatures.map(\.key)) else { throw .quorumNotMet }
        return verified
    }

    /// Seconds since 1970 at which a whole quorum had vouched for a checkpoint: of its cosignatures, newest first, the time
    /// of the one that completes the quorum. 0 where no quorum is asked for or none is there.
    public func quorumTime(of verified: VerifiedCheckpoint) -> UInt64 {
        var cosigners: [VerifierKey] = []
        for cosignature in verified.cosignatures.sorted(by: { $0.time > $1.time }) {
            cosigners.append(cosignature.key)
            if hasQuorum, isMet(by: cosigners) { return cosignature.time }
        }
        return 0
    }
}
