import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import ParasolHTTP

@Suite struct DirectoryOverHTTPTests {
    private static let receipt = Receipt(entry: [1, 2], proof: Array("proof\n".utf8))
    private static let other = Receipt(entry: [3], proof: Array("other\n".utf8))

    private struct Stub: LedgerDirectory {
        func entry(of signer: SignerID) async throws(LedgerError) -> DirectoryEntry? {
            switch signer.bytes[0] {
            case 1: DirectoryEntry(began: receipt, ended: nil, checkpoint: [5, 6])
            case 2: DirectoryEntry(began: receipt, ended: other, checkpoint: [5, 6])
            case 3: throw .notFinal(index: 7, reason: "few")
            default: nil
            }
        }
    }

    @Test func aDirectoryOverTheWire() async throws {
        let fixture = try ServerFixture()
        let certificates = try TestCertificates()
        let routes = DirectoryRoutes.routes(Stub(), origin: ServerFixture.origin)
        func ask(_ number: UInt8, as signer: TransactionSigner?) async throws -> DirectoryEntry? {
            try await fixture.serve(routes, certificates: certificates) { port in
                try await fixture.connect(port, certificates, as: signer) { connection in
                    try await RemoteLedger(connection, origin: ServerFixture.origin)
                        .entry(of: SignerID(ServicesOverHTTPTests.id(number)))
                }
            }
        }
        let doctor = fixture.doctor
        let open = DirectoryEntry(began: Self.receipt, ended: nil, checkpoint: [5, 6])
        #expect(try await ask(1, as: doctor) == open)
        #expect(
            try await ask(2, as: doctor) == DirectoryEntry(began: Self.receipt, ended: Self.other, checkpoint: [5, 6]))
        #expect(try await ask(4, as: doctor) == nil)
        await #expect(throws: LedgerError.notFinal(index: 7, reason: "few")) { try await ask(3, as: doctor) }
        await #expect {
            try await ask(1, as: nil)
        } throws: {
            if case .unreachable(let reason)? = $0 as? LedgerError { reason.contains("unsigned") } else { false }
        }
    }

    @Test func whatIsNoEntryIsNotReadAsOne() throws {
        let entry = DirectoryEntry(began: Self.receipt, ended: Self.other, checkpoint: [5, 6])
        let bytes = try entry.encoded()
        #expect(try DirectoryEntry(encoded: bytes) == entry)
        for count in 0..<14 {
            #expect(throws: WireCodingError.self) { try DirectoryEntry(encoded: Array(bytes.prefix(count))) }
        }
        var long = bytes
        long.replaceSubrange(0..<4, with: [0xff, 0xff, 0xff, 0xff])
        #expect(throws: WireCodingError.self) { try DirectoryEntry(encoded: long) }
    }
}
