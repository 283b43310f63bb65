import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit

/// A ledger whose answers get lost on the way, or that answers what it was not asked.
final class LossyLedger: LedgerWrapper {
    enum Fate: Sendable {
        /// Sequenced, and the answer never arrives.
        case loseAnswer
        /// Never arrives.
        case loseSubmission
        /// Answered with a receipt that proves nothing.
        case rubbish
        /// Answered with the receipt of another transaction.
        case receipt(Receipt)
    }

    let base: any Ledger
    private let fates = Mutex<[(kind: String, fate: Fate)]>([])

    init(_ base: any Ledger) { self.base = base }

    /// What befalls the next submission of a kind of transaction.
    func next(_ kind: String, _ fate: Fate) { fates.withLock { $0.append((kind, fate)) } }

    func submit(_ signedTransaction: [UInt8]) async throws(LedgerError) -> Receipt {
        let kind = (try? SignedTransaction(serialized: signedTransaction))?.transaction.body.name
        let fate = fates.withLock { fates -> Fate? in
            guard let index = fates.firstIndex(where: { $0.kind == kind }) else { return nil }
            return fates.remove(at: index).fate
        }
        switch fate {
        case nil: return try await base.submit(signedTransaction)
        case .loseAnswer:
            _ = try await base.submit(signedTransaction)
            throw .unreachable("the answer was lost")
        case .loseSubmission: throw .unreachable("the submission was lost")
        case .rubbish:
            _ = try await base.submit(signedTransaction)
            return Receipt(entry: [], proof: [])
        case .receipt(let receipt): return receipt
        }
    }
}

/// A proxy that can be made unreachable.
final class SwitchedProxy: Transforming {
    private let base: any Transforming
    private let down = Mutex(false)

    init(_ base: any Transforming) { self.base = base }

    var isDown: Bool {
        get { down.withLock { $0 } }
        set { down.withLock { $0 = newValue } }
    }

    var identity: IdentityID { base.identity }

    private func demandUp() throws(ProxyError) {
        if isDown { throw .unreachable("switched off") }
    }

    func install(_ delivery: FragmentDelivery) async throws(ProxyError) {
        try demandUp()
        try await base.install(delivery)
    }

    func transform(request: Receipt, capsules: [[UInt8]]) async throws(ProxyError) -> Transformation {
        try demandUp()
        return try await base.transform(request: request, capsules: capsules)
    }

    func destroyEndedFragments() async throws(ProxyError) -> [ConsentID] {
        try demandUp()
        return try await base.destroyEndedFragments()
    }
}
