package import Octets

/// A deposited record, as the ledger knows it now.
package struct Record: Hashable, Sendable {
    /// What its depositor signed: identifier, folder, commitments, size class and kind.
    package let deposit: RecordDeposited
    package let deposited: LedgerEvent
    /// Every access, in the order they were requested: who looked at it.
    package internal(set) var requests: [TransactionID] = []

    package var id: RecordID { deposit.record }
    package var folder: FolderID { deposit.folder }
    package var depositor: IdentityID { deposit.depositor }
    package var capsuleDigest: FixedOctets<32> { deposit.capsuleDigest }
}
