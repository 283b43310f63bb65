package import Octets
import SharingMessages

/// A depositor sealed a recording to a folder and stored it.
package struct RecordDeposited: Hashable, Sendable {
    package let record: RecordID
    package let folder: FolderID
    package let depositor: IdentityID
    /// Hiding commitment to the sealed record's digest (Protocols/sealed-record.md).
    package let ciphertextCommitment: FixedOctets<32>
    /// ``LedgerDigest/capsule(_:)``.
    package let capsuleDigest: FixedOctets<32>
    /// 0 to 64 (Protocols/sealed-record.md).
    package let sizeClass: UInt32
    package let kind: RecordKind

    package init(
        record: RecordID, folder: FolderID, depositor: IdentityID, ciphertextCommitment: FixedOctets<32>,
        capsuleDigest: FixedOctets<32>, sizeClass: UInt32, kind: RecordKind
    ) {
        self.record = record
        self.folder = folder
        self.depositor = depositor
        self.ciphertextCommitment = ciphertextCommitment
        self.capsuleDigest = capsuleDigest
        self.sizeClass = sizeClass
        self.kind = kind
    }
}

extension RecordDeposited {
    init(_ wire: WireRecordDeposited) throws(ContractViolation) {
        let fields = WireFields(message: "RecordDeposited")
        record = try fields.identifier(wire.recordID, "record_id")
        folder = try fields.identifier(wire.folderID, "folder_id")
        depositor = try fields.identifier(wire.depositorID, "depositor_id")
        ciphertextCommitment = try fields.fixed(wire.ciphertextCommitment, "ciphertext_commitment")
        capsuleDigest = try fields.fixed(wire.capsuleDigest, "capsule_digest")
        guard wire.sizeClass <= Limits.sizeClass else {
            throw fields.violation("size_class", "\(wire.sizeClass), at most \(Limits.sizeClass) is allowed")
        }
        sizeClass = wire.sizeClass
        guard let kind = RecordKind(wire.kind) else {
            throw fields.violation("kind", "\(wire.kind.rawValue) is not a kind of record")
        }
        self.kind = kind
    }

    var wire: WireRecordDeposited {
        var wire = WireRecordDeposited()
        wire.recordID = .init(record)
        wire.folderID = .init(folder)
        wire.depositorID = .init(depositor)
        wire.ciphertextCommitment = .init(ciphertextCommitment)
        wire.capsuleDigest = .init(capsuleDigest)
        wire.sizeClass = sizeClass
        wire.kind = kind.wire
        return wire
    }
}
