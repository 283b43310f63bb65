package import LedgerMirror
package import ParasolHTTP
internal import ServiceProtocols
package import SharingContracts

/// Whom the ledger knows, as a mirror of it sees it.
///
/// The source is looked at first where the last time is a while ago: an identity that is retired is out when the ledger says so, not
/// when the mirror hears of it. Whom a mirror does not find that knows itself behind, the leaves it lacks may have enrolled.
package struct MirrorDirectory: IdentityDirectory {
    private let mirror: LedgerMirror

    package init(_ mirror: LedgerMirror) { self.mirror = mirror }

    /// - Throws: `LedgerError/unreachable(_:)` for a signer that is not found while published leaves are missing here, and what
    ///   ``LedgerMirror/LedgerMirror/read(_:)`` throws.
    package func signer(_ id: SignerID) async throws -> EnrolledSigner? {
        // Where the source is not to be had, what is here is believed.
        _ = try? await mirror.checkpoint()
        // Before looking: what the mirror reaches meanwhile may have been looked at or not.
        let (here, seen) = (await mirror.finalSize, await mirror.seenSize)
        if let found = try await mirror.read({ try $0.enrolledSigner(id) }) { return found }
        guard here > 0, here == seen else {
            throw LedgerError.unreachable("the mirror has \(here) leaves of \(seen), and follows")
        }
        return nil
    }
}
