package import Octets
import SharingMessages

/// Somebody wants to read one record once. The transaction's identifier names the request.
package struct AccessRequested: Hashable, Sendable {
    package let authority: AccessAuthority
    package let record: RecordID
    /// The consent's purpose, or patient requested for the folder's owner.
    package let purpose: Purpose
    /// An X25519 public key made for this request alone, to which the answers are sealed (Protocols/answers.md).
    package let answerKey: FixedOctets<32>

    package init(
        authority: AccessAuthority, record: RecordID, purpose: Purpose, answerKey: FixedOctets<32>
    ) {
        self.authority = authority
        self.record = record
        self.purpose = purpose
        self.answerKey = answerKey
    }
}

/// On what ground a record is read.
package enum AccessAuthority: Hashable, Sendable {
    /// By the grantee of a consent.
    case consent(ConsentID)
    /// By the folder's owner.
    case folder(FolderID)
}

extension AccessRequested {
    init(_ wire: WireAccessRequested) throws(ContractViolation) {
        let fields = WireFields(message: "AccessRequested")
        switch wire.authority {
        case .consentID(let data): authority = .consent(try fields.identifier(data, "consent_id"))
        case .folderID(let data): authority = .folder(try fields.identifier(data, "folder_id"))
        case nil: throw fields.violation("authority", "missing")
        }
        record = try fields.identifier(wire.recordID, "record_id")
        purpose = try fields.purpose(wire.purpose, "purpose")
        answerKey = try fields.fixed(wire.answerKey, "answer_key")
    }

    var wire: WireAccessRequested {
        var wire = WireAccessRequested()
        switch authority {
        case .consent(let consent): wire.consentID = .init(consent)
        case .folder(let folder): wire.folderID = .init(folder)
        }
        wire.recordID = .init(record)
        wire.purpose = purpose.code
        wire.answerKey = .init(answerKey)
        return wire
    }
}
