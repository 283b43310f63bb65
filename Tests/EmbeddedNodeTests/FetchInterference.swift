import Foundation
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit

/// A proxy behind a gate, or dead.
final class GatedProxy: Transforming {
    let gate = Gate()
    private let base: any Transforming
    private let state = Mutex((isDead: false, answered: false))

    init(_ base: any Transforming) { self.base = base }

    var isDead: Bool {
        get { state.withLock { $0.isDead } }
        set { state.withLock { $0.isDead = newValue } }
    }

    /// Whether it has answered a request for a transform.
    var answered: Bool { state.withLock { $0.answered } }

    var identity: IdentityID { base.identity }

    func install(_ delivery: FragmentDelivery) async throws(ProxyError) { try await base.install(delivery) }

    func transform(request: Receipt, capsules: [[UInt8]]) async throws(ProxyError) -> Transformation {
        if isDead { throw .unreachable("dead") }
        await gate.pass()
        let answer = try await base.transform(request: request, capsules: capsules)
        state.withLock { $0.answered = true }
        return answer
    }

    func destroyEndedFragments() async throws(ProxyError) -> [ConsentID] { try await base.destroyEndedFragments() }
}

/// A vault that counts the bytes it serves, and can be made to serve others.
final class CountingVault: RecordStoring {
    private let base: any RecordStoring
    private let state = Mutex(
        (bytesRead: UInt64(0), changed: UInt64?.none, spoilt: [ContentAddress: UInt64]()))

    init(_ base: any RecordStoring) { self.base = base }

    var bytesRead: UInt64 { state.withLock { $0.bytesRead } }

    /// From now on the byte at an offset is served wrongly.
    func change(at offset: UInt64) { state.withLock { $0.changed = offset } }

    /// From now on this byte of one record is served wrongly.
    func change(at offset: UInt64, of address: ContentAddress) { state.withLock { $0.spoilt[address] = offset } }

    func beginUpload(record: RecordID, address: ContentAddress, size: UInt64) async throws(VaultError) -> UInt64 {
        try await base.beginUpload(record: record, address: address, size: size)
    }

    func append(_ bytes: [UInt8], at offset: UInt64, to address: ContentAddress) async throws(VaultError) -> UInt64 {
        try await base.append(bytes, at: offset, to: address)
    }

    func finishUpload(_ address: ContentAddress) async throws(VaultError) { try await base.finishUpload(address) }

    func find(_ record: RecordID) async throws(VaultError) -> StoredRecord? { try await base.find(record) }

    func read(_ address: ContentAddress, offset: UInt64, count: Int) async throws(VaultError) -> [UInt8] {
        var bytes = try await base.read(address, offset: offset, count: count)
        state.withLock { state in
            state.bytesRead += UInt64(bytes.count)
            let served = offset..<offset + UInt64(bytes.count)
            for changed in [state.changed, state.spoilt[address]] {
                if let changed, served.contains(changed) { bytes[Int(changed - offset)] ^= 1 }
            }
        }
        return bytes
    }
}

/// Threads that wait for each other, for at most ten seconds: where they never meet, nobody hangs.
final class Meeting: Sendable {
    private let wanted: Int
    private let condition = NSCondition()
    private let state = Mutex((arrived: 0, gaveUp: false))

    init(of wanted: Int) { self.wanted = wanted }

    private var isComplete: Bool { state.withLock { $0.arrived >= wanted } }

    var tookPlace: Bool { isComplete && !state.withLock { $0.gaveUp } }

    func arrive() {
        condition.lock()
        defer { condition.unlock() }
        state.withLock { $0.arrived += 1 }
        condition.broadcast()
        let end = Date(timeIntervalSinceNow: 10)
        while !isComplete, condition.wait(until: end) {}
        if !isComplete { state.withLock { $0.gaveUp = true } }
    }
}
