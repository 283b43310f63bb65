/// A witness as a ledger sees it: `add-checkpoint` of C2SP tlog-witness, without its transport.
package protocol Witnessing: Sendable {
    /// Asks the witness to cosign `checkpoint`, the successor of the tree of `old` leaves that it cosigned last.
    ///
    /// The witness fetches the new leaves itself and re-executes every rule before it signs.
    ///
    /// - Parameters:
    ///   - old: The size that the witness cosigned last, 0 if none.
    ///   - consistencyProof: The RFC 6962 proof from `old` to the checkpoint's size, at most 63 hashes of 32 bytes.
    ///   - checkpoint: The signed note, with the log's signature.
    /// - Returns: One or more signature lines, each ending in a newline.
    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8]

    /// As ``addCheckpoint(old:consistencyProof:checkpoint:)``, and brings the leaves along, so that they need not be fetched.
    ///
    /// They are believed as little as what is fetched: unless they hash to the checkpoint's root, the witness fetches them itself.
    ///
    /// - Parameter leaves: All from `old` on that the checkpoint is of.
    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8], bringing leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8]
}

extension Witnessing {
    /// For a witness that fetches the leaves whatever is brought.
    package func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint: [UInt8], bringing leaves: [[UInt8]]
    ) async throws(WitnessRefusal) -> [UInt8] {
        try await addCheckpoint(old: old, consistencyProof: consistencyProof, checkpoint: checkpoint)
    }
}

/// Who vouches for what the leaves of a ledger make.
package protocol StateVouching: Sendable {
    /// The newest state note with this witness's cosignature, a signed note (Protocols/snapshot.md); nil before the first.
    func stateNote() async throws(WitnessRefusal) -> [UInt8]?
}

/// Why a witness did not cosign, with the status that tlog-witness gives it.
package enum WitnessRefusal: Error, Hashable, Sendable {
    /// 400: what was sent is malformed, or `old` is larger than the checkpoint's size.
    case malformed(String)
    /// 403: no valid signature by a key the witness trusts for this origin.
    case untrusted(String)
    /// 404: the witness does not know this origin.
    case unknownOrigin(String)
    /// 409: the witness has cosigned `size` leaves.
    case conflict(size: UInt64)
    /// 422: the checkpoint is not a consistent extension.
    case inconsistent(String)
    /// 422: the leaf at `index` breaks a rule. The witness keeps the evidence.
    case ruleBroken(index: UInt64, String)
    /// 5xx: the witness could not fetch, store or be reached.
    case unavailable(String)
}

extension WitnessRefusal {
    /// What kind of refusal it is, in a word.
    package var kind: String {
        switch self {
        case .malformed: "malformed"
        case .untrusted: "untrusted"
        case .unknownOrigin: "unknown-origin"
        case .conflict: "conflict"
        case .inconsistent: "inconsistent"
        case .ruleBroken: "rule-broken"
        case .unavailable: "unavailable"
        }
    }
}

extension WitnessRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason): "malformed: \(reason)"
        case .untrusted(let reason): "untrusted: \(reason)"
        case .unknownOrigin(let origin): "unknown origin \(origin)"
        case .conflict(let size): "the witness has cosigned \(size) leaves"
        case .inconsistent(let reason): "not a consistent extension: \(reason)"
        case .ruleBroken(let index, let reason): "leaf \(index) breaks a rule: \(reason)"
        case .unavailable(let reason): "the witness is unavailable: \(reason)"
        }
    }
}
