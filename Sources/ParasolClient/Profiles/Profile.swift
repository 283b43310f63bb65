package import Octets
package import SharingContracts

/// Everything that one role holder must not lose and must not show: keys, folders, unfinished deliveries, trust.
///
/// A value: change a copy, then save it with ``ProfileStore`` or ``ProfileFile``. It prints none of its contents.
package struct Profile: Sendable, Equatable {
    package let kind: ProfileKind
    /// For people; at most 255 bytes. Never on the ledger.
    package var displayName: String
    /// The enrolled identity or member; nil before enrolment, and for patients, who sign as folders only.
    package var signer: SignerID?
    /// P-256, 32 bytes; nil for patients.
    package var signingKey: SecretOctets?
    /// A doctor's Umbral receiving key, 32 bytes.
    package var receivingKey: SecretOctets?
    package var folders: [ProfileFolder]
    package var records: [KnownRecord]
    package var deliveries: [PendingDelivery]
    /// Signed transactions whose receipts have not come yet, in the order they were signed; each at most 60,000 bytes.
    package var outbox: [[UInt8]]
    package var trust: LedgerTrust?

    package init(
        kind: ProfileKind, displayName: String, signer: SignerID? = nil, signingKey: SecretOctets? = nil,
        receivingKey: SecretOctets? = nil, folders: [ProfileFolder] = [], records: [KnownRecord] = [],
        deliveries: [PendingDelivery] = [], outbox: [[UInt8]] = [], trust: LedgerTrust? = nil
    ) {
        self.kind = kind
        self.displayName = displayName
        self.signer = signer
        self.signingKey = signingKey
        self.receivingKey = receivingKey
        self.folders = folders
        self.records = records
        self.deliveries = deliveries
        self.outbox = outbox
        self.trust = trust
    }

    /// O(folders).
    package func folder(_ id: FolderID) -> ProfileFolder? { folders.first { $0.id == id } }

    /// O(records).
    package func record(_ id: RecordID) -> KnownRecord? { records.first { $0.id == id } }

    /// The deliveries of one consent that are still to be made.
    package func deliveries(of consent: ConsentID) -> [PendingDelivery] { deliveries.filter { $0.consent == consent } }

    /// Adds a record, or replaces what is known of it.
    package mutating func remember(_ record: KnownRecord) {
        if let index = records.firstIndex(where: { $0.id == record.id }) {
            records[index] = record
        } else {
            records.append(record)
        }
    }

    /// Forgets a delivery that its proxy has confirmed.
    package mutating func settle(_ consent: ConsentID, proxy: IdentityID) {
        deliveries.removeAll { $0.consent == consent && $0.proxy == proxy }
    }

    /// Lets a folder's secrets go. Erasing an erased folder changes nothing.
    ///
    /// - Throws: ``ProfileError/unknownFolder(_:)``.
    package mutating func eraseFolder(_ id: FolderID, at time: Timestamp) throws(ProfileError) {
        guard let index = folders.firstIndex(where: { $0.id == id }) else { throw .unknownFolder("\(id)") }
        folders[index].erase(at: time)
    }
}

extension Profile: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        "Profile(\(kind), \(folders.count) folders, \(records.count) records, \(deliveries.count) deliveries)"
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
