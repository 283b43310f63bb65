import DurableFiles
import Logging
import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing
import TransparencyLog

@testable import LedgerNode

/// What a witness finds convicts the log before anybody who has its key; what can be made up does not.
@Suite struct WitnessEvidenceTests {
    private struct World {
        var fixture: Fixture
        let leaves: [[UInt8]]
        let other: [[UInt8]]

        init() throws {
            fixture = try Fixture()
            leaves = fixture.scenario.entries.map(\.serialized)
            other = try Fixture(seed: 6).scenario.entries.map(\.serialized)
        }

        var key: VerifierKey { fixture.log.verifierKey }

        func log(_ leaves: some Sequence<[UInt8]>) throws -> ForgedLog {
            try ForgedLog(signer: fixture.log, leaves: Array(leaves))
        }
    }

    private func refusal(_ log: ForgedLog, _ witness: WitnessNode, from old: Int) async -> WitnessRefusal? {
        do throws(WitnessRefusal) {
            _ = try await log.ask(witness, from: old)
            return nil
        } catch { return error }
    }

    // MARK: Forks

    /// From every size to every size, powers of two among them, with a shared beginning and without.
    @Test func aForkFromAnySizeIsProved() async throws {
        let world = try World()
        for old in 1...9 {
            for (number, (shared, size)) in [(0, old), (0, old + 1), (old - 1, 11), (0, 11)].enumerated() {
                // A fork may begin like the log does: the last shared leaf is re-stamped.
                var forked = world.leaves
                forked[shared] = world.other[shared]
                let source = ServedLeaves(world.leaves, limit: 3)
                let witness = try await world.fixture.openWitness(
                    0, source: source, "w\(old)-\(number).sqlite")
                _ = try await world.log(world.leaves[..<old]).ask(witness, from: 0)
                let fork = try world.log(forked[..<size])
                source.serve(fork.leaves)
                guard case .inconsistent = await refusal(fork, witness, from: old) else { throw Mismatch() }
                let evidence = try #require(try await witness.evidence().first)
                guard
                    case .forked(let first, let second, UInt64(old)) = try evidence.verify(log: world.key)
                else { throw Mismatch() }
                #expect(first.size == UInt64(old) && second.size == UInt64(size))
                await witness.close()
            }
        }
    }

    /// A false proof under an honest checkpoint makes a witness read what it would have read anyhow, and keep nothing.
    @Test(arguments: [4, 5]) func anHonestLogIsNotConvictedByAFalseProof(old: Int) async throws {
        let world = try World()
        let source = ServedLeaves(world.leaves)
        let witness = try await world.fixture.openWitness(0, source: source)
        _ = try await world.log(world.leaves[..<old]).ask(witness, from: 0)
        let before = source.answered.withLock { $0.count }
        let checkpoint = try world.log(world.leaves).checkpoint()
        let path = try world.log(world.other).proof(from: old)
        await #expect(throws: WitnessRefusal.self) {
            try await witness.addCheckpoint(old: UInt64(old), consistencyProof: path, checkpoint: checkpoint)
        }
        #expect(try await witness.evidence().isEmpty)
        #expect(source.answered.withLock { $0.count } == before + 1)
        await witness.close()
    }

    /// Serves until it has answered so often.
    private final class FailingSource: EntrySource {
        let leaves: ServedLeaves
        let answers: Int

        init(_ leaves: [[UInt8]], after answers: Int) {
            self.leaves = ServedLeaves(leaves, limit: 1)
            self.answers = answers
        }

        func entries(from start: UInt64, to end: UInt64) async throws(LedgerError) -> [[UInt8]] {
            guard leaves.answered.withLock({ $0.count < answers }) else { throw .unreachable("gone") }
            return try await leaves.entries(from: start, to: end)
        }
    }

    /// Verified leaves that are not cosigned yet are a signed tree's: another tree of the log's convicts it.
    @Test(arguments: [1, 2, 3, 4, 5], [6, 9, 11]) func aForkIsProvedWhileAWitnessIsHalfCaughtUp(
        held: Int, size: Int
    ) async throws {
        let world = try World()
        let whole = try world.log(world.leaves[..<9])
        var witness = try await world.fixture.openWitness(
            0, source: FailingSource(whole.leaves, after: 8 + held), stepBytes: 1)
        guard case .unavailable = await refusal(whole, witness, from: 0) else { throw Mismatch() }
        await witness.close()

        let fork = try world.log(world.other[..<size])
        witness = try await world.fixture.openWitness(0, source: ServedLeaves(fork.leaves))
        #expect(await witness.copy?.frontier.size == UInt64(held))
        guard case .inconsistent = await refusal(fork, witness, from: 0) else { throw Mismatch() }
        let evidence = try #require(try await witness.evidence().first)
        guard case .forked(let first, let second, let prefix) = try evidence.verify(log: world.key) else {
            throw Mismatch()
        }
        #expect([first.size, second.size] == [min(9, UInt64(size)), max(9, UInt64(size))])
        #expect(prefix == (size == 9 ? 9 : UInt64(held)))
        await witness.close()
        // The honest tree is still taken up where it was left.
        witness = try await world.fixture.openWitness(0, source: ServedLeaves(whole.leaves))
        _ = try await whole.ask(witness, from: 0)
        await witness.close()
    }

    @Test func aHeldTreeThatDoesNotFitTheLeavesIsNotLoaded() throws {
        let world = try World()
        let log = try world.log(world.leaves[..<9])
        var tree = KnownTree(size: 9)
        var edge = TreeFrontier()
        var frontier = TreeFrontier()
        for leaf in log.leaves {
            tree.note(try frontier.append(MerkleTree.leafHash(of: leaf)))
            if frontier.size == 5 { edge = frontier }
        }
        let checkpoint = try Checkpoint(text: log.note().text)
        let held = HeldTree(note: try log.note(), checkpoint: checkpoint, beyond: tree.beyond(5))
        let bytes = held.encodedBeyond
        #expect(try HeldTree(note: log.note().encoded, beyond: bytes, edge: edge, log: world.key) == held)
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 1
            #expect(throws: (any Error).self) {
                try HeldTree(note: log.note().encoded, beyond: changed, edge: edge, log: world.key)
            }
        }
        let other = try world.log(world.other[..<9]).note().encoded
        #expect(throws: (any Error).self) { try HeldTree(note: other, beyond: bytes, edge: edge, log: world.key) }
        #expect(throws: (any Error).self) {
            try HeldTree(note: log.note().encoded, beyond: bytes, edge: TreeFrontier(), log: world.key)
        }
    }

    // MARK: Bad leaves

    private func badLeaf(_ world: inout World) throws -> [UInt8] {
        let body = try world.fixture.scenario.makeEnrollment(.doctor, by: world.fixture.scenario.members[0])
        let transaction = try world.fixture.scenario.sign(.identityEnrolled(body), by: [body.identity.signer])
        return try LedgerEntry(sequencedAt: world.fixture.scenario.now, transaction).serialized
    }

    /// At every place of a tree that comes in steps of one leaf or all at once.
    @Test(arguments: [1, 1_000, 1 << 20]) func aBadLeafIsProvedToBeInTheSignedTree(stepBytes: Int) async throws {
        let world = try World()
        for index in world.leaves.indices {
            let name = "w\(stepBytes)-\(index).sqlite"
            var leaves = world.leaves
            leaves[index] += [0]
            let witness = try await world.fixture.openWitness(
                0, source: ServedLeaves(leaves, limit: 4), name, stepBytes: stepBytes)
            let log = try world.log(leaves)
            guard case .ruleBroken(UInt64(index), _) = await refusal(log, witness, from: 0) else { throw Mismatch() }
            let evidence = try #require(try await witness.evidence().first)
            guard
                case .ruleBroken(let checkpoint, UInt64(index), _, .leafAlone) = try evidence.verify(log: world.key)
            else { throw Mismatch() }
            #expect(checkpoint == (try Checkpoint(text: log.note().text)))
            await witness.close()
        }
    }

    @Test func aRuleThatDependsOnEarlierLeavesIsEstablishedByThemOnly() async throws {
        var world = try World()
        let bad = try badLeaf(&world)
        let (leaves, key) = (world.leaves, world.key)
        let lie = try world.log(leaves + [bad] + world.other[..<3])
        let witness = try await world.fixture.openWitness(0, source: ServedLeaves(lie.leaves))
        guard case .ruleBroken = await refusal(lie, witness, from: 0) else { throw Mismatch() }
        let evidence = try #require(try await witness.evidence().first)
        await witness.close()

        // The leaf alone is a valid encoding: nothing is claimed.
        let unproved = try evidence.verify(log: key)
        guard case .leafSigned(_, UInt64(leaves.count), .missingSignature) = unproved else { throw Mismatch() }
        #expect(!unproved.convicts && unproved.description.hasPrefix("NOT ESTABLISHED"))

        let finding = try evidence.verify(log: key) { range in
            Array(leaves[Int(range.lowerBound)..<min(Int(range.lowerBound) + 4, Int(range.upperBound))])
        }
        guard case .ruleBroken(_, UInt64(leaves.count), let violation, .earlierLeaves) = finding else {
            throw Mismatch()
        }
        #expect(violation.code == .missingSignature && finding.convicts)

        // Other leaves, too few or too many are not those of the signed tree.
        let other = world.other
        let sources: [LedgerEvidence.Leaves] = [
            { range in Array(other[Int(range.lowerBound)..<Int(range.upperBound)]) }, { _ in [] },
            { _ in leaves + [bad] },
        ]
        for earlier in sources {
            #expect(throws: EvidenceError.otherEarlierLeaves(count: UInt64(leaves.count))) {
                try evidence.verify(log: key, earlier: earlier)
            }
        }
    }

    @Test func aValidLeafConvictsNobody() throws {
        let world = try World()
        let log = try world.log(world.leaves)
        var tree = KnownTree(size: UInt64(world.leaves.count))
        var frontier = TreeFrontier()
        for leaf in world.leaves { tree.note(try frontier.append(MerkleTree.leafHash(of: leaf))) }
        for code in [ContractViolation.Code.undecodable, .missingSignature, .timeNotIncreasing] {
            for index in world.leaves.indices {
                let path = try #require(tree.inclusionPath(of: UInt64(index)))
                let evidence = LedgerEvidence(
                    seenAt: world.fixture.clock.now(),
                    .brokenRule(
                        code, index: UInt64(index), leaf: world.leaves[index],
                        .init(note: try log.note(), path: path)))
                #expect(throws: EvidenceError.noRuleBroken(index: UInt64(index))) {
                    try evidence.verify(log: world.key) { range in
                        Array(world.leaves[Int(range.lowerBound)..<Int(range.upperBound)])
                    }
                }
            }
        }
    }

    // MARK: Made up

    private func forkEvidence(_ world: World) throws -> LedgerEvidence {
        try .fork(
            seenAt: world.fixture.clock.now(), prefix: 4,
            .init(note: world.log(world.other[..<7]).note(), path: path(world.other[..<7], 4)),
            .init(note: world.log(world.leaves[..<4]).note(), path: []))
    }

    private func path(_ leaves: ArraySlice<[UInt8]>, _ prefix: UInt64) throws -> [MerkleHash] {
        var tree = KnownTree(size: UInt64(leaves.count))
        var frontier = TreeFrontier()
        for leaf in leaves { tree.note(try frontier.append(MerkleTree.leafHash(of: leaf))) }
        return try #require(tree.prefixPath(of: prefix))
    }

    @Test func anHonestExtensionAStrangersSignatureAndAForeignPathConvictNobody() throws {
        let world = try World()
        let seen = world.fixture.clock.now()
        let small = LedgerEvidence.SignedTree(note: try world.log(world.leaves[..<4]).note(), path: [])
        let large = LedgerEvidence.SignedTree(
            note: try world.log(world.leaves[..<7]).note(), path: try path(world.leaves[..<7], 4))
        #expect(throws: EvidenceError.noConflict(prefix: 4)) {
            try LedgerEvidence.fork(seenAt: seen, prefix: 4, small, large).verify(log: world.key)
        }
        #expect(throws: EvidenceError.noConflict(prefix: 4)) {
            try LedgerEvidence.fork(seenAt: seen, prefix: 4, small, small).verify(log: world.key)
        }
        let foreign = LedgerEvidence.SignedTree(note: large.note, path: try path(world.other[..<7], 4))
        #expect(throws: EvidenceError.leadsNowhere(size: 7)) {
            try LedgerEvidence.fork(seenAt: seen, prefix: 4, small, foreign).verify(log: world.key)
        }
        // The right evidence, by another log's key of the same name.
        let stranger = try Fixture(seed: 9)
        let evidence = try forkEvidence(world)
        #expect(try evidence.verify(log: world.key).convicts)
        guard case .notSigned = errorOf({ try evidence.verify(log: stranger.log.verifierKey) }) else {
            throw Mismatch()
        }
        // The log's key under another origin is another log's business.
        let checkpoint = try Checkpoint(
            origin: LogOrigin("other.parasol.test"), size: 4, root: MerkleTree.leafHash(of: [1]))
        let elsewhere = LedgerEvidence.SignedTree(note: try checkpoint.signed(by: world.fixture.log), path: [])
        guard
            case .otherLog = errorOf({
                try LedgerEvidence.fork(seenAt: seen, prefix: 4, small, elsewhere).verify(log: world.key)
            })
        else { throw Mismatch() }
    }

    private func errorOf(_ body: () throws -> EvidenceFinding) -> EvidenceError? {
        do {
            _ = try body()
            return nil
        } catch { return error as? EvidenceError }
    }

    // MARK: The file

    @Test func everyChangedByteOfAFileIsRefusedOrChangesNothing() throws {
        let world = try World()
        var bad = world.leaves
        bad[5] += [0]
        var tree = KnownTree(size: 11)
        var frontier = TreeFrontier()
        for leaf in bad { tree.note(try frontier.append(MerkleTree.leafHash(of: leaf))) }
        let leaf = LedgerEvidence(
            seenAt: world.fixture.clock.now(),
            .brokenRule(
                .undecodable, index: 5, leaf: bad[5],
                .init(note: try world.log(bad).note(), path: try #require(tree.inclusionPath(of: 5)))))
        for evidence in [try forkEvidence(world), leaf] {
            let bytes = evidence.encoded
            #expect(try LedgerEvidence(encoded: bytes) == evidence)
            var finding: EvidenceFinding?
            do { finding = try evidence.verify(log: world.key) } catch { finding = nil }
            let expected = try #require(finding)
            var unchanged: Set<Int> = []
            for position in bytes.indices {
                for flip: UInt8 in [0x01, 0x04, 0x20] {
                    var changed = bytes
                    changed[position] ^= flip
                    guard let read = try? LedgerEvidence(encoded: changed), let found = try? read.verify(log: world.key)
                    else { continue }
                    #expect(found == expected)
                    unchanged.insert(position)
                }
            }
            // Only in the line that nobody signed.
            let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
            #expect(unchanged.allSatisfy { $0 > lines[0].count && $0 <= lines[0].count + lines[1].count })
            for count in bytes.indices {
                #expect(throws: EvidenceError.self) { try LedgerEvidence(encoded: Array(bytes[..<count])) }
            }
            #expect(throws: EvidenceError.self) { try LedgerEvidence(encoded: bytes + [0x0a]) }
        }
        let long = [UInt8](repeating: 0x41, count: LedgerEvidence.maximumBytes + 1)
        #expect(throws: EvidenceError.tooLarge(bytes: long.count)) { try LedgerEvidence(encoded: long) }
    }

    @Test func evidenceIsKeptOnceInAFileThatStandsAloneAndNoMoreThanSoMany() async throws {
        let world = try World()
        let folder = EvidenceFolder(path: world.fixture.folder.path("kept.evidence"))
        let evidence = try forkEvidence(world)
        let text = try world.log(world.other[..<7]).note().text
        for _ in 0..<3 { folder.keep(evidence, about: text) }
        #expect(folder.failures.count == 0)
        let names = try FileSystem().names(in: folder.path)
        #expect(names.count == 1 && names.allSatisfy { $0.hasSuffix(".evidence") })
        #expect(try folder.all() == [evidence])
        for number in names.count..<EvidenceFolder.maximumKept {
            _ = try FileSystem().create("\(folder.path)/\(number).evidence")
        }
        let later = try LedgerEvidence.fork(
            seenAt: evidence.seenAt, prefix: 1, .init(note: world.log(world.leaves[..<1]).note(), path: []),
            .init(note: world.log(world.other[..<1]).note(), path: []))
        folder.keep(later, about: try world.log(world.leaves[..<1]).note().text)
        #expect(try FileSystem().names(in: folder.path).count == EvidenceFolder.maximumKept)
    }

    // MARK: Not kept

    /// A full disk, at each step of keeping: the log has the evidence, and nothing half-written passes for some.
    @Test func whatCannotBeWrittenIsSaidWithTheEvidenceAndCounted() throws {
        let world = try World()
        let evidence = try forkEvidence(world)
        let text = try world.log(world.other[..<7]).note().text
        var failed = 0
        for step in 0..<20 {
            let calls = Mutex(0)
            let files = FileSystem(injecting: { _, _ in
                calls.withLock { count in
                    defer { count += 1 }
                    return count == step ? 28 : nil  // ENOSPC
                }
            })
            let said = SaidLines()
            let path = world.fixture.folder.path("full-\(step).evidence")
            let folder = EvidenceFolder(
                path: path, fileSystem: files, logger: Logger(label: "test") { _ in said.handler })
            folder.keep(evidence, about: text)
            let kept = try EvidenceFolder(path: path).all()
            guard folder.failures.count > 0 else {
                #expect(kept == [evidence] && folder.failures.last == nil)
                #expect(said.lines.isEmpty)
                continue
            }
            failed += 1
            #expect(folder.failures.count == 1 && folder.failures.last?.isEmpty == false)
            #expect(kept.isEmpty || kept == [evidence])
            let line = try #require(said.lines.first)
            #expect(said.lines.count == 1 && line.level == .critical)
            let logged = Array("\(try #require(line.metadata["evidence"]))".utf8)
            #expect(try LedgerEvidence(encoded: Base64.decode(logged[...])) == evidence)
        }
        #expect(failed >= 5)
    }

    /// A witness whose folder cannot be made refuses as ever, and says how much it could not keep.
    @Test func aWitnessThatCannotKeepEvidenceRefusesAllTheSameAndSaysSo() async throws {
        let world = try World()
        let source = ServedLeaves(world.leaves)
        let witness = try await world.fixture.openWitness(0, source: source, "w.sqlite")
        _ = try await world.log(world.leaves[..<5]).ask(witness, from: 0)
        #expect(await witness.lostEvidence.count == 0)
        // A file lies where the folder should be.
        let path = await witness.evidenceFolder.path
        _ = try FileSystem().create(path)
        let fork = try world.log(world.other[..<5])
        source.serve(fork.leaves)
        for count in 1...2 {
            guard case .inconsistent = await refusal(fork, witness, from: 5) else { throw Mismatch() }
            #expect(await witness.lostEvidence.count == UInt64(count))
        }
        #expect(await witness.lostEvidence.last?.contains(path) == true)
        await witness.close()
    }

    /// Lines of a log, in memory.
    private final class SaidLines: Sendable {
        struct Line: Sendable {
            let level: Logger.Level
            let metadata: Logger.Metadata
        }

        private let said = Mutex<[Line]>([])

        var lines: [Line] { said.withLock { $0 } }
        var handler: Handler { Handler(lines: self) }

        struct Handler: LogHandler {
            let lines: SaidLines
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                lines.said.withLock { $0.append(Line(level: event.level, metadata: event.metadata ?? [:])) }
            }
        }
    }
}
