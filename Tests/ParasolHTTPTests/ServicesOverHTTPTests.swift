import Octets
import ServiceProtocols
import SharingContracts
import Synchronization
import TestKit
import Testing

@testable import ParasolHTTP

/// Key service, proxy and vault, each as its users see it, over the wire.
@Suite struct ServicesOverHTTPTests {
    private let fixture: ServerFixture
    private let certificates: TestCertificates
    private static let receipt = Receipt(entry: [1, 2], proof: Array("proof\n".utf8))
    private static let capsule = [UInt8](repeating: 5, count: 98)

    init() throws {
        fixture = try ServerFixture()
        certificates = try TestCertificates()
    }

    private func call(
        _ routes: [Route], as signer: TransactionSigner,
        _ body: @escaping @Sendable (ServerConnection) async throws -> Void
    ) async throws {
        try await fixture.serve(routes, certificates: certificates) {
            [fixture, certificates] port async throws -> Void in
            try await fixture.connect(port, certificates, as: signer) { try await body($0) }
        }
    }

    @Test func aKeyServiceOverTheWire() async throws {
        let stub = StubKeyService()
        try await call(KeyServiceRoutes.routes(stub, maintain: .enrolled), as: fixture.doctor) {
            connection async throws -> Void in
            let remote = RemoteKeyService(connection, identity: stub.identity)
            let keys = FolderOpeningKeys(
                patientShare: Self.bytes(33, 1), signingKey: Self.bytes(33, 2), verifyingKey: Self.bytes(33, 3))
            let share = try await remote.openShare(for: FolderID(Self.id(4)), keys: keys, proof: Self.bytes(64, 5))
            #expect(share == PublicShare(point: Self.bytes(33, 4), proof: Self.bytes(64, 5)))
            #expect(try await remote.countersign([1, 2, 3]) == Self.bytes(64, 3))
            let halves = try await remote.issueHalves(
                for: ConsentID(Self.id(6)), request: SecretOctets(copying: [7, 8]), authorization: Self.bytes(64, 9))
            #expect(
                halves == IssuedHalves(response: [7, 8], sealedHalves: [Self.bytes(64, 9), [], Self.bytes(16, 6)]))
            let answer = try await remote.decapsulate(request: Self.receipt, capsule: Self.capsule)
            #expect(answer == StubKeyService.answer(Self.receipt, [Self.capsule]))
            await #expect(throws: KeyServiceError.ledger(.busy(queued: 3))) { try await remote.destroyErasedShares() }
        }
    }

    @Test func aProxyOverTheWire() async throws {
        let stub = StubProxy()
        let routes = ProxyRoutes.routes(stub, maintain: .signers([.member, .identity(.proxy)]))
        try await call(routes, as: fixture.doctor) { connection async throws -> Void in
            let remote = RemoteProxy(connection, identity: stub.identity)
            let delivery = FragmentDelivery(consent: ConsentID(Self.id(1)), patientHalf: [1], serviceHalf: [2, 3])
            try await remote.install(delivery)
            #expect(stub.installed.withLock { $0 } == delivery)
            let answer = try await remote.transform(request: Self.receipt, capsule: Self.capsule)
            #expect(answer == StubKeyService.answer(Self.receipt, [Self.capsule]))
            // As many as a request may have, and an answer as long as one may be.
            let many = (0..<64).map { Self.bytes(98, UInt8($0)) }
            let long = try await remote.transform(request: Self.receipt, capsules: many)
            #expect(long == StubKeyService.answer(Self.receipt, many))
            #expect(long.sealedAnswer.count == 32_816)
            await #expect(throws: ProxyError.self) {
                try await remote.transform(request: Self.receipt, capsules: many + [Self.capsule])
            }
            await #expect(throws: ProxyError.self) { try await remote.transform(request: Self.receipt, capsules: []) }
            await #expect(throws: ProxyError.unreachable("")) {
                do throws(ProxyError) { _ = try await remote.destroyEndedFragments() } catch {
                    // A doctor may not: which says so in words only.
                    guard case .unreachable(let reason) = error, reason.contains("request.not-allowed") else {
                        throw error
                    }
                    throw ProxyError.unreachable("")
                }
            }
        }
    }

    @Test func aVaultOverTheWire() async throws {
        let stub = StubVault()
        let address = ContentAddress()
        let record = RecordID(Self.id(1))
        try await call(VaultRoutes.routes(stub), as: fixture.depositor) { connection async throws -> Void in
            let remote = RemoteVault(connection)
            #expect(try await remote.beginUpload(record: record, address: address, size: 10) == 0)
            #expect(try await remote.append([1, 2, 3], at: 0, to: address) == 3)
            await #expect(throws: VaultError.wrongOffset(have: 3, asked: 0)) {
                try await remote.append([1, 2, 3], at: 0, to: address)
            }
            #expect(try await remote.find(record) == nil)
            await #expect(throws: VaultError.incomplete(have: 3, size: 10)) { try await remote.finishUpload(address) }
            // It goes on from where it stopped.
            #expect(try await remote.beginUpload(record: record, address: address, size: 10) == 3)
            #expect(try await remote.append([4, 5, 6, 7, 8, 9, 10], at: 3, to: address) == 10)
            try await remote.finishUpload(address)
            #expect(try await remote.find(record) == StoredRecord(address: address, size: 10))
            #expect(try await remote.read(address, offset: 2, count: 3) == [3, 4, 5])
            await #expect(throws: VaultError.outOfRange(offset: 8, count: 3, size: 10)) {
                try await remote.read(address, offset: 8, count: 3)
            }
        }
    }

    @Test func onlyADepositorUploads() async throws {
        try await call(VaultRoutes.routes(StubVault()), as: fixture.doctor) { connection async throws -> Void in
            await #expect {
                try await RemoteVault(connection).beginUpload(
                    record: RecordID(Self.id(1)), address: ContentAddress(), size: 1)
            } throws: {
                if case .unreachable(let reason)? = $0 as? VaultError { reason.contains("not-allowed") } else { false }
            }
        }
    }

    @Test(arguments: [
        "", "bytes=", "bytes=1", "bytes=1-", "bytes=-1", "bytes=2-1", "bytes=0-4194304", "bytes=0-1,3-4", "items=0-1",
    ])
    func aRangeThatIsNoneIsRefused(_ field: String) {
        #expect(throws: RequestRefusal.self) { try ByteRange(field) }
    }

    @Test func theLongestRangeIsOneRead() throws {
        #expect(try ByteRange("bytes=5-4194308").count == RecordStoringLimits.maximumReadBytes)
    }

    static func bytes(_ count: Int, _ value: UInt8) -> [UInt8] { [UInt8](repeating: value, count: count) }

    static func id(_ value: UInt8) -> FixedOctets<16> {
        guard let id = try? FixedOctets<16>(bytes(16, value)) else { preconditionFailure("16 bytes") }
        return id
    }
}

private struct StubKeyService: KeyIssuing {
    let identity = IdentityID(ServicesOverHTTPTests.id(9))

    static func answer(_ receipt: Receipt, _ capsules: [[UInt8]]) -> Transformation {
        let answer = [UInt8(clamping: capsules.count)] + capsules.joined()
        return Transformation(
            transformer: IdentityID(ServicesOverHTTPTests.id(9)),
            sealedAnswer: answer + [UInt8](repeating: 0, count: capsules.count == 64 ? 32_816 - answer.count : 0),
            receipt: receipt)
    }

    func openShare(
        for folder: FolderID, keys: FolderOpeningKeys, proof: [UInt8]
    ) async throws(KeyServiceError) -> PublicShare {
        guard keys.patientShare[0] == 1, keys.signingKey[0] == 2, keys.verifyingKey[0] == 3 else {
            throw .malformed("keys")
        }
        return PublicShare(point: ServicesOverHTTPTests.bytes(33, folder.bytes[0]), proof: proof)
    }

    func countersign(_ transaction: [UInt8]) async throws(KeyServiceError) -> [UInt8] {
        ServicesOverHTTPTests.bytes(64, UInt8(transaction.count))
    }

    func issueHalves(
        for consent: ConsentID, request: SecretOctets, authorization: [UInt8]
    ) async throws(KeyServiceError) -> IssuedHalves {
        let content = unsafe request.withUnsafeBytes { unsafe Array($0) }
        return IssuedHalves(response: content, sealedHalves: [authorization, [], consent.bytes])
    }

    func decapsulate(request: Receipt, capsules: [[UInt8]]) async throws(KeyServiceError) -> Transformation {
        Self.answer(request, capsules)
    }

    func destroyErasedShares() async throws(KeyServiceError) -> [FolderID] { throw .ledger(.busy(queued: 3)) }
}

private final class StubProxy: Transforming {
    let identity = IdentityID(ServicesOverHTTPTests.id(9))
    let installed = Mutex<FragmentDelivery?>(nil)

    func install(_ delivery: FragmentDelivery) async throws(ProxyError) { installed.withLock { $0 = delivery } }

    func transform(request: Receipt, capsules: [[UInt8]]) async throws(ProxyError) -> Transformation {
        StubKeyService.answer(request, capsules)
    }

    func destroyEndedFragments() async throws(ProxyError) -> [ConsentID] { [] }
}

/// One upload in memory.
private actor StubVault: RecordStoring {
    private var bytes: [UInt8] = []
    private var size: UInt64 = 0
    private var record: RecordID?
    private var stored: StoredRecord?

    func beginUpload(
        record: RecordID, address: ContentAddress, size: UInt64
    ) async throws(VaultError) -> UInt64 {
        self.record = record
        self.size = size
        return UInt64(bytes.count)
    }

    func append(_ bytes: [UInt8], at offset: UInt64, to address: ContentAddress) async throws(VaultError) -> UInt64 {
        let have = UInt64(self.bytes.count)
        guard offset == have else { throw .wrongOffset(have: have, asked: offset) }
        self.bytes += bytes
        return UInt64(self.bytes.count)
    }

    func finishUpload(_ address: ContentAddress) async throws(VaultError) {
        let have = UInt64(bytes.count)
        guard have == size else { throw .incomplete(have: have, size: size) }
        stored = StoredRecord(address: address, size: size)
    }

    func find(_ record: RecordID) async throws(VaultError) -> StoredRecord? { record == self.record ? stored : nil }

    func read(_ address: ContentAddress, offset: UInt64, count: Int) async throws(VaultError) -> [UInt8] {
        guard let end = Int(exactly: offset).map({ $0 + count }), end <= bytes.count else {
            throw .outOfRange(offset: offset, count: count, size: UInt64(bytes.count))
        }
        return Array(bytes[Int(offset)..<end])
    }
}
