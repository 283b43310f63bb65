import DurableFiles
import Foundation
import LedgerReplica
import LogStorage
import Octets
import Persistence
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerMirror

@Suite struct MirrorDurabilityTests {
    private static let size = 530

    /// Dies at file calls of every kind, from an empty folder and from a tree that ends within a bundle, on the way past the
    /// bundle's end: the next life has the same bytes as one that nothing disturbed. With a stride of 1 it dies at every call.
    @Test(arguments: [(0, 41), (250, 7)])
    func killedAtAnyFileCallItGoesOnToTheSameBytes(from begun: Int, every stride: Int) async throws {
        let fixture = try Fixture(count: 262)
        let source = try fixture.source()
        let full = try fixture.checkpoint(fixture.leaves)
        let early = try fixture.checkpoint(fixture.leaves[..<begun])
        source.change { $0.limit = 256 }
        func prepare(_ name: String) async throws {
            guard begun > 0 else { return }
            source.change { $0.checkpoint = early }
            let mirror = try await fixture.mirror(name, of: source)
            try await mirror.catchUp()
            await mirror.close()
            source.change { $0.checkpoint = full }
        }
        try await prepare("prepared")
        func copy(_ name: String) throws {
            guard begun > 0 else { return }
            try FileManager.default.copyItem(atPath: fixture.folder.path("prepared"), toPath: fixture.folder.path(name))
        }
        try copy("undisturbed")
        let undisturbed = try await fixture.mirror("undisturbed", of: source)
        try await undisturbed.catchUp()
        let expected = try fixture.tiles("undisturbed")
        let root = try await undisturbed.read { state, _ in try state.root() }
        await undisturbed.close()
        var calls = 0
        var isDone = false
        while !isDone {
            let name = "killed-\(calls)"
            try copy(name)
            let kill = Kill(after: calls)
            do throws(MirrorError) {
                let mirror = try await LedgerMirror.open(
                    fixture.files(name, kill.files), trust: fixture.trust, source: source,
                    options: MirrorOptions(stepLeaves: 256))
                if let error = await refusal(mirror) {
                    #expect("\(error)".contains("errno"), "call \(calls): \(error)")
                    // Nobody knows what is on the disk now.
                    #expect(await refusal(mirror).map { "\($0)".contains("must be opened anew") } == true)
                }
                await mirror.close()
            } catch { #expect("\(error)".contains("errno"), "call \(calls): \(error)") }
            isDone = !kill.hasStruck
            let again = try await fixture.mirror(name, of: source)
            try await again.catchUp()
            #expect(try fixture.tiles(name) == expected, "call \(calls)")
            #expect(try await again.read { state, _ in try state.root() } == root, "call \(calls)")
            await again.close()
            try FileManager.default.removeItem(atPath: fixture.folder.path(name))
            calls += stride
        }
        #expect(calls > 80)
    }

    /// The state's rows lag behind the tiles after a kill between the two; as far as they may.
    @Test func leavesWhoseRowsAreMissingAreExecutedFromTheMirrorsOwnBundles() async throws {
        let fixture = try Fixture(count: Self.size)
        let source = try fixture.source()
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        await mirror.close()
        try FileManager.default.removeItem(atPath: fixture.files().state)
        source.change { ($0.asked, $0.answersLeft) = ([], 0) }
        let rebuilt = try await fixture.mirror(of: source)
        try await rebuilt.catchUp()
        #expect(try await rebuilt.read { state, _ in try state.root() } == fixture.state(of: Self.size).root())
        #expect(source.asked.isEmpty)
        await rebuilt.close()
    }

    // MARK: Damage

    @Test func aStateAheadOfItsTreeIsRefused() async throws {
        let fixture = try Fixture(count: 300)
        let source = try fixture.source(size: 280)
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        await mirror.close()
        let log = fixture.folder.path("mirror/log")
        try FileManager.default.copyItem(atPath: log, toPath: fixture.folder.path("older"))
        let note = try fixture.checkpoint(fixture.leaves)
        source.change { $0.checkpoint = note }
        let later = try await fixture.mirror(of: source)
        try await later.catchUp()
        await later.close()
        try FileManager.default.removeItem(atPath: log)
        try FileManager.default.moveItem(atPath: fixture.folder.path("older"), toPath: log)
        await #expect(
            throws: MirrorError.stateAhead(path: fixture.files().state, stateSize: 300, treeSize: 280)
        ) { try await fixture.mirror(of: source) }
    }

    @Test func aChangedTileIsFoundAndNamed() async throws {
        let fixture = try Fixture(count: Self.size)
        let source = try fixture.source()
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        await mirror.close()
        for (path, isSeenAtOpening) in [
            ("checkpoint", true), ("tile/0/002.p/18", true), ("tile/1/000.p/2", true), ("tile/entries/002.p/18", true),
            ("tile/0/000", false), ("tile/entries/001", false),
        ] {
            let file = URL(fileURLWithPath: fixture.folder.path("mirror/log/" + path))
            let whole = try Data(contentsOf: file)
            var bytes = whole
            bytes[bytes.count - 40] ^= 1
            try bytes.write(to: file)
            do throws(MirrorError) {
                let opened = try await LedgerMirror.open(fixture.files(), trust: fixture.trust, source: source)
                #expect(!isSeenAtOpening, "\(path)")
                do throws(MirrorError) {
                    try await opened.verifyHistory()
                    Issue.record("\(path) passed")
                } catch {
                    #expect("\(error)".contains("tile/entries/") || "\(error)".contains(path), "\(path): \(error)")
                }
                #expect(await refusal(opened).map { "\($0)".contains("must be opened anew") } == true)
                await opened.close()
            } catch {
                #expect(isSeenAtOpening, "\(path): \(error)")
                #expect("\(error)".contains("mirror/log"), "\(error)")
            }
            try whole.write(to: file)
        }
        let sound = try await fixture.mirror(of: source)
        try await sound.verifyHistory()
        await sound.close()
    }

    @Test func readsFromDamagedTilesAreErrorsAndNeverWrongAnswers() async throws {
        let fixture = try Fixture(count: Self.size)
        let mirror = try await fixture.mirror(of: try fixture.source())
        try await mirror.catchUp()
        let file = URL(fileURLWithPath: fixture.folder.path("mirror/log/tile/0/000"))
        var bytes = try Data(contentsOf: file)
        bytes[32 * 7] ^= 1
        try bytes.write(to: file)
        let id = fixture.entries[7].transaction.id
        let neighbour = fixture.entries[6].transaction.id
        for ask in [
            { _ = try await mirror.entries(from: 0, to: 10) },
            { _ = try await mirror.consistencyProof(from: 6, to: 530) },
            { _ = try await mirror.receipt(of: id) }, { _ = try await mirror.receipt(of: neighbour) },
        ] as [@Sendable () async throws -> Void] {
            let caught = await #expect(throws: LedgerError.self) { try await ask() }
            guard case .inconsistent = caught else {
                Issue.record("\(String(describing: caught))")
                continue
            }
        }
        await mirror.close()
    }

    @Test func aChangedRowOfTheStateIsFoundAndNamed() async throws {
        let fixture = try Fixture(count: 20)
        let source = try fixture.source()
        let mirror = try await fixture.mirror(of: source)
        try await mirror.catchUp()
        await mirror.close()
        let key = StateKey(tag: .transactions, name: fixture.entries[9].transaction.id.bytes)
        let states = try StateStore(path: fixture.files().state)
        let found = try states.value(of: key)
        var value = try #require(found)
        value[value.count - 1] ^= 1
        try await states.write([StateRow(key: key, value: value)])
        try states.close()
        let opened = try await fixture.mirror(of: source)
        await #expect(throws: MirrorError.damagedState(path: fixture.files().state, row: "\(key)")) {
            try await opened.verifyHistory()
        }
        await #expect(throws: MirrorError.self) { try await opened.read { _, _ in 0 } }
        await opened.close()
    }
}
