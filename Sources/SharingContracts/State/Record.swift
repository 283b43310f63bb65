package import Octets

/// A deposited record, as the ledger knows it now. Who looked at it: ``WorldState/requests(for:)``.
package struct Record: Hashable, Sendable {
    /// What its depositor signed: identifier, folder, commitments, size class and kind.
    package let deposit: RecordDeposited
    package let deposited: LedgerEvent

    package var id: RecordID { deposit.record }
    package var folder: FolderID { deposit.folder }
    package var depositor: IdentityID { deposit.depositor }
    package var capsuleDigest: FixedOctets<32> { deposit.capsuleDigest }
}
