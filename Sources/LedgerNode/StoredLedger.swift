internal import Octets
internal import Persistence
internal import ServiceProtocols
internal import TransparencyLog

/// A leaf as the database holds it.
struct StagedLeaf: Sendable {
    /// Under which it is filed.
    let transaction: [UInt8]
    let leaf: [UInt8]
}

/// What a ledger's database holds, read in one transaction and each part verified by itself. Whether the parts agree with the
/// leaves, ``LedgerLoader`` finds out.
struct StoredLedger: Sendable {
    /// Nil for a log without leaves.
    var head: SignedHead?
    /// By size.
    var finals: [UInt64: VerifiedCheckpoint] = [:]
    /// The newest cosigned checkpoint.
    var latest: VerifiedCheckpoint?
    /// Ascending and without a gap, from a multiple of 256 on.
    var staged: [StagedLeaf] = []
    /// The index of the first staged leaf, or of the first that would be.
    var stagedStart: UInt64 = 0

    /// - Throws: `LedgerError/inconsistent(_:)`, or what the database throws.
    init(_ transaction: StoreTransaction, _ log: LogIdentity) throws {
        head = try transaction.row("SELECT note FROM head").map {
            try Self.head(try $0.bytes("note"), log)
        }
        var fault: LedgerError?
        try transaction.forEachRow("SELECT size, note FROM final_checkpoint") { row throws(PersistenceError) in
            let (size, note) = (try row.unsigned("size"), try row.bytes("note"))
            do throws(LedgerError) { finals[size] = try Self.final(note, filedUnder: size, log) } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
        latest = try Self.latest(transaction, finals, log)
        try readStaged(transaction)
    }

    private static func head(_ bytes: [UInt8], _ log: LogIdentity) throws(LedgerError) -> SignedHead {
        try SignedHead(encoded: bytes, "the signed head", of: log)
    }

    private static func latest(
        _ transaction: StoreTransaction, _ finals: [UInt64: VerifiedCheckpoint], _ log: LogIdentity
    ) throws -> VerifiedCheckpoint? {
        guard let row = try transaction.row("SELECT note FROM latest_checkpoint") else {
            guard finals.isEmpty else { throw LedgerError.inconsistent("the newest cosigned checkpoint is missing") }
            return nil
        }
        let latest = try final(try row.bytes("note"), "the newest cosigned checkpoint", log)
        guard let size = finals.keys.max(), let final = finals[size], final.checkpoint == latest.checkpoint else {
            throw LedgerError.inconsistent("the newest cosigned checkpoint is not the last final one")
        }
        return latest
    }

    private static func final(
        _ note: [UInt8], filedUnder size: UInt64, _ log: LogIdentity
    ) throws(LedgerError) -> VerifiedCheckpoint {
        let final = try final(note, "the final checkpoint of size \(size)", log)
        guard final.checkpoint.size == size else {
            throw .inconsistent("the final checkpoint filed under size \(size) says \(final.checkpoint.size)")
        }
        return final
    }

    /// Reads a stored checkpoint that must be final.
    static func final(
        _ note: [UInt8], _ what: String, _ log: LogIdentity
    ) throws(LedgerError) -> VerifiedCheckpoint {
        do { return try log.policy.verify(SignedNote(encoded: note), origin: log.origin) } catch {
            throw .inconsistent("\(what) does not count: \(error)")
        }
    }

    private mutating func readStaged(_ transaction: StoreTransaction) throws {
        var next: UInt64?
        stagedStart = (head?.size ?? 0) & ~0xff
        for row in try transaction.rows("SELECT position, transaction_id, leaf FROM staged ORDER BY position") {
            let position = try row.unsigned("position")
            if next == nil { stagedStart = position & ~0xff }
            let expected = next ?? stagedStart
            guard position == expected else { throw LedgerError.inconsistent("leaf \(expected) is missing") }
            staged.append(StagedLeaf(transaction: try row.bytes("transaction_id"), leaf: try row.bytes("leaf")))
            next = position + 1
        }
    }
}

extension SignedHead {
    /// Reads a stored head and demands the log's own signature and origin.
    ///
    /// - Throws: `LedgerError/inconsistent(_:)`, in which `what` names it.
    init(encoded bytes: [UInt8], _ what: String, of log: LogIdentity) throws(LedgerError) {
        do {
            let note = try SignedNote(encoded: bytes)
            let verified = try VerifiedCheckpoint(
                note, logs: [log.key], witnesses: [])
            self.init(checkpoint: verified.checkpoint, note: note)
        } catch { throw .inconsistent("\(what) does not count: \(error)") }
        guard checkpoint.origin == log.origin else {
            throw .inconsistent("\(what) is of \(checkpoint.origin)")
        }
    }
}

extension LedgerError {
    /// An inconsistency without its preamble.
    var reason: String { if case .inconsistent(let reason) = self { reason } else { "\(self)" } }
}
