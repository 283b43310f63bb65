import LedgerNode
import LedgerReplica
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import EmbeddedNode

/// What a consent lets a doctor read of the ledger: what it takes to open what is covered, and no other leaf.
@Suite struct GrantedLeavesTests {
    /// A folder with a consent, and what it lets be read.
    private struct Scene {
        let stage: Stage
        let index: TrailIndex

        init(_ stage: Stage) throws {
            self.stage = stage
            index = try TrailIndex(
                path: stage.temporary.path("trails.sqlite"), ledger: stage.node.ledger, clock: stage.clock)
        }

        func grant(
            _ scope: ConsentScope = .wholeFolder, of folder: FolderID? = nil, opens: UInt32 = 10,
            inMilliseconds start: UInt64 = 0
        ) async throws -> ConsentID {
            let begin = stage.clock.now().adding(milliseconds: start)
            return try await stage.patient.grant(
                GrantTerms(
                    folder: folder ?? stage.folder, grantee: stage.granted.identity, scope: scope, purpose: .treatment,
                    notBefore: begin, notAfter: begin.adding(milliseconds: 3_600_000), maximumOpens: opens,
                    threshold: 1, proxies: stage.node.proxyIDs)
            ).consent
        }

        /// All pages, as what each leaf is of.
        func leaves(
            for doctor: IdentityID? = nil, from start: UInt64 = 0, at first: TrailCursor? = nil
        ) async throws -> [String] {
            var found: [String] = []
            var cursor = first
            repeat {
                let page = try #require(
                    try await index.granted(
                        to: (doctor ?? stage.granted.identity).signer, from: start, at: cursor))
                for receipt in page.receipts {
                    switch try stage.node.trust.verify(receipt).entry.transaction.body {
                    case .folderOpened(let body): found.append("opened \(body.folder)")
                    case .folderErased(let body): found.append("erased \(body.folder)")
                    case .recordDeposited(let body): found.append("record \(body.record)")
                    case let other: found.append(other.name)
                    }
                }
                cursor = page.next
            } while cursor != nil
            return found
        }

        var opened: String { "opened \(stage.folder)" }

        func close() async {
            await index.close()
            await stage.node.close()
        }
    }

    private func scene(_ body: (Scene) async throws -> Void) async throws {
        let scene = try Scene(try await Stage(proxies: 1))
        try await body(scene)
        await scene.close()
    }

    @Test func aConsentLetsItsGranteeReadTheFoldersDepositsAndNothingElse() async throws {
        try await scene { scene in
            let first = try await scene.stage.deposit()
            _ = try await scene.grant()
            #expect(try await scene.leaves() == [scene.opened, "record \(first)"])
            // What came later, for whoever has read up to there.
            let size = await scene.stage.node.ledger.finalSize
            let second = try await scene.stage.deposit()
            #expect(try await scene.leaves(from: size) == ["record \(second)"])
            #expect(try await scene.leaves(from: size + 10).isEmpty)
        }
    }

    @Test func aDoctorWithoutAConsentReadsNothing() async throws {
        try await scene { scene in
            _ = try await scene.stage.deposit()
            _ = try await scene.grant()
            #expect(try await scene.leaves(for: scene.stage.stranger.identity).isEmpty)
        }
    }

    @Test func aRevokedConsentLetsNothingBeRead() async throws {
        try await scene { scene in
            _ = try await scene.stage.deposit()
            _ = try await scene.stage.patient.revoke(try await scene.grant())
            #expect(try await scene.leaves().isEmpty)
        }
    }

    @Test func aConsentLetsNothingBeReadBeforeAndAfterItsTime() async throws {
        try await scene { scene in
            let record = try await scene.stage.deposit()
            _ = try await scene.grant(inMilliseconds: 60_000)
            #expect(try await scene.leaves().isEmpty)
            scene.stage.clock.advance(milliseconds: 60_000)
            #expect(try await scene.leaves() == [scene.opened, "record \(record)"])
            scene.stage.clock.advance(milliseconds: 3_600_001)
            #expect(try await scene.leaves().isEmpty)
        }
    }

    @Test func anotherFolderIsNotRead() async throws {
        try await scene { scene in
            let record = try await scene.stage.deposit()
            let other = try await scene.stage.patient.openFolder(named: "lungs", at: scene.stage.node.keyServiceID)
            _ = try await scene.stage.hospital.deposit(scene.stage.files, kind: .restingECG, in: other)
            _ = try await scene.grant()
            #expect(try await scene.leaves() == [scene.opened, "record \(record)"])
        }
    }

    @Test func aRecordOutsideTheScopeIsNotRead() async throws {
        try await scene { scene in
            _ = try await scene.stage.deposit()
            let covered = try await scene.stage.deposit()
            _ = try await scene.grant(.records([covered]))
            _ = try await scene.stage.deposit()
            #expect(try await scene.leaves() == [scene.opened, "record \(covered)"])
        }
    }

    @Test func aUsedUpConsentLetsOnlyWhatWaitsBeRead() async throws {
        try await scene { scene in
            let (asked, _) = (try await scene.stage.deposit(), try await scene.stage.deposit())
            let consent = try await scene.grant(opens: 1)
            let request = try await scene.stage.granted.request(asked, under: consent)
            #expect(try await scene.leaves() == [scene.opened, "record \(asked)"])
            _ = try await scene.stage.granted.open(request)
            #expect(try await scene.leaves() == [scene.opened])
        }
    }

    @Test func ofAnErasedFolderOnlyThatIsRead() async throws {
        try await scene { scene in
            _ = try await scene.stage.deposit()
            _ = try await scene.grant()
            _ = try await scene.stage.patient.erase(scene.stage.folder)
            #expect(try await scene.leaves() == [scene.opened, "erased \(scene.stage.folder)"])
        }
    }

    @Test func whatIsGrantedGoesOnFromAnyPlaceInIt() async throws {
        try await scene { scene in
            let records = [try await scene.stage.deposit(), try await scene.stage.deposit()]
            for scope in [ConsentScope.wholeFolder, .records([records[1]]), .wholeFolder] {
                _ = try await scene.grant(scope)
            }
            let names = records.map { "record \($0)" }
            // What each consent lets be read, with its ordinal among the consent's.
            let consents: [[(ordinal: UInt64, leaf: String)]] = [
                [(0, scene.opened), (2, names[0]), (3, names[1])], [(0, scene.opened), (2, names[1])],
                [(0, scene.opened), (2, names[0]), (3, names[1])],
            ]
            for (index, consent) in consents.enumerated() {
                let later = consents[(index + 1)...].joined().map(\.leaf)
                for ordinal in UInt64(0)...4 {
                    let cursor = TrailCursor(position: UInt64(index) << 40 | ordinal)
                    #expect(
                        try await scene.leaves(at: cursor)
                            == consent.filter { $0.ordinal >= ordinal }.map(\.leaf) + later, "\(index) \(ordinal)")
                }
            }
            #expect(try await scene.leaves(at: TrailCursor(position: 3 << 40)).isEmpty)
            #expect(try await scene.leaves(at: TrailCursor(position: .max)).isEmpty)
        }
    }
}
