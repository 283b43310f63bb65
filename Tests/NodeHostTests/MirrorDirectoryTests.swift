import EmbeddedNode
import LedgerMirror
import LedgerNode
import ParasolHTTP
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import NodeHost

struct MirrorDirectoryTests {
    @Test func whoIsNotFoundIsUnknownOnlyToAMirrorThatHasWhatItHasSeen() async throws {
        let (temporary, clock) = (try TemporaryFolder(), ManualClock())
        let node = try await EmbeddedNode.open(
            EmbeddedNode.Configuration(folder: temporary.path("."), proxyCount: 1), clock: clock)
        let ledger = ObservedLedger(node.ledger)
        let mirror = try await LedgerMirror.open(
            MirrorFiles(temporary.path("mirror")), trust: node.trust, source: ledger,
            options: MirrorOptions(patience: .seconds(300)), clock: clock)
        let directory = MirrorDirectory(mirror)
        let size = await node.ledger.finalSize
        let (known, stranger) = (
            node.keyServiceID.signer, try SignerID(hexadecimal: String(repeating: "0f", count: 16))
        )
        ledger.withholdEntries(true)
        for id in [known, stranger] {
            await #expect(throws: LedgerError.unreachable("the mirror has 0 leaves of \(size), and follows")) {
                try await directory.signer(id)
            }
        }
        ledger.withholdEntries(false)
        clock.advance(milliseconds: 1_000)
        #expect(try await directory.signer(known)?.isActive == true)
        #expect(try await directory.signer(stranger) == nil)
        await mirror.close()
        await node.close()
    }
}
