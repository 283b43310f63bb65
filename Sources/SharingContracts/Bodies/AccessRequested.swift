package import Octets
import SharingMessages

/// Somebody wants to read some records of one folder once each. The transaction's identifier names the request.
package struct AccessRequested: Hashable, Sendable {
    package let authority: AccessAuthority
    /// 1 to ``Limits/requestedRecords``, ascending; several from consent 4 on. All that is said of them is in this order.
    package let records: [RecordID]
    /// The consent's purpose, or patient requested for the folder's owner.
    package let purpose: Purpose
    /// An X25519 public key made for this request alone, to which the answers are sealed (Protocols/answers.md).
    package let answerKey: FixedOctets<32>

    package init(
        authority: AccessAuthority, records: [RecordID], purpose: Purpose, answerKey: FixedOctets<32>
    ) {
        self.authority = authority
        self.records = records
        self.purpose = purpose
        self.answerKey = answerKey
    }

    package init(
        authority: AccessAuthority, record: RecordID, purpose: Purpose, answerKey: FixedOctets<32>
    ) {
        self.init(authority: authority, records: [record], purpose: purpose, answerKey: answerKey)
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
        guard wire.recordID.isEmpty != wire.recordIds.isEmpty else {
            throw fields.violation("record_id", "exactly one of it and record_ids must be set")
        }
        // One record has one spelling: the field that it always had.
        records =
            wire.recordIds.isEmpty
            ? [try fields.identifier(wire.recordID, "record_id")]
            : try fields.identifiers(wire.recordIds, "record_ids", count: 2...Limits.requestedRecords)
        purpose = try fields.purpose(wire.purpose, "purpose")
        answerKey = try fields.fixed(wire.answerKey, "answer_key")
    }

    var wire: WireAccessRequested {
        var wire = WireAccessRequested()
        switch authority {
        case .consent(let consent): wire.consentID = .init(consent)
        case .folder(let folder): wire.folderID = .init(folder)
        }
        if records.count == 1 {
            wire.recordID = .init(records[0])
        } else {
            wire.recordIds = records.map { .init($0) }
        }
        wire.purpose = purpose.code
        wire.answerKey = .init(answerKey)
        return wire
    }
}
