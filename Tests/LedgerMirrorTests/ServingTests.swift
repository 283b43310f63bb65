import LedgerReplica
import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog

@testable import LedgerMirror

@Suite struct MirrorServingTests {
    @Test func everyAnswerVerifiesByThePolicyAlone() async throws {
        let fixture = try Fixture(count: 300)
        let mirror = try await fixture.mirror(of: try fixture.source())
        try await mirror.catchUp()
        for index in [0, 1, 255, 256, 299] {
            let answer = try await mirror.receipt(of: fixture.entries[index].transaction.id)
            let receipt = try #require(answer)
            let verified = try fixture.trust.verify(receipt, of: fixture.entries[index].transaction)
            #expect(verified.index == UInt64(index) && verified.checkpoint.checkpoint.size == 300)
        }
        let other = try Fixture(people: 2, count: 12)
        #expect(try await mirror.receipt(of: other.entries[11].transaction.id) == nil)
        var frontiers = [TreeFrontier()]
        for leaf in fixture.leaves {
            var next = frontiers[frontiers.count - 1]
            try next.append(MerkleTree.leafHash(of: leaf))
            frontiers.append(next)
        }
        for (old, new) in [(0, 300), (1, 2), (1, 300), (17, 256), (255, 257), (256, 300), (299, 300), (300, 300)] {
            let path = try await mirror.consistencyProof(from: UInt64(old), to: UInt64(new)).map { try MerkleHash($0) }
            try ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), path: path)
                .verify(oldRoot: frontiers[old].root, newRoot: frontiers[new].root)
        }
        await #expect(throws: LedgerError.outOfRange(start: 0, end: 301, size: 300)) {
            try await mirror.consistencyProof(from: 0, to: 301)
        }
        await #expect(throws: LedgerError.outOfRange(start: 9, end: 301, size: 300)) {
            try await mirror.entries(from: 9, to: 301)
        }
        #expect(try await mirror.entries(from: 250, to: 260) == Array(fixture.leaves[250..<260]))
        await #expect(throws: LedgerError.busy(queued: 7)) { try await mirror.submit([]) }
        await mirror.close()
    }

    @Test func aMirrorIsASourceForMirrorsAndReplicas() async throws {
        let fixture = try Fixture(count: 300)
        let first = try await fixture.mirror("first", of: try fixture.source())
        try await first.catchUp()
        let second = try await fixture.mirror("second", of: first)
        try await second.catchUp()
        #expect(try fixture.tiles("first") == fixture.tiles("second"))
        let replica = LedgerReplica(source: second, trust: fixture.trust, heads: NoHeadStore())
        #expect(try await replica.catchUp().checkpoint.size == 300)
        await first.close()
        await second.close()
    }
}
