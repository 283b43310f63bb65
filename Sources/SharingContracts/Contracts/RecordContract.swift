import Octets

/// Folders and the records in them.
///
/// Every `check` only reads and every `perform` cannot fail, so that a transaction is applied wholly or not at all.
package struct RecordContract: Hashable, Sendable {
    private(set) var folders: StateTable<FolderID, Folder>
    private(set) var records: StateTable<RecordID, Record>
    private var capsuleDigests: StateTable<FixedOctets<32>, Taken>
    /// In the order they were deposited.
    private(set) var recordsOfFolder: StateList<FolderKind, RecordIdentifierKind>
    /// In the order they were granted.
    private(set) var consentsOfFolder: StateList<FolderKind, ConsentKind>
    /// In the order they were logged.
    private(set) var requestsOfFolder: StateList<FolderKind, TransactionKind>
    private(set) var requestsOfRecord: StateList<RecordIdentifierKind, TransactionKind>

    init(_ backing: StateBacking?) {
        folders = StateTable(.folders, backing)
        records = StateTable(.records, backing)
        capsuleDigests = StateTable(.capsuleDigests, backing)
        recordsOfFolder = StateList(counts: .folderRecordCounts, elements: .folderRecords, backing)
        consentsOfFolder = StateList(counts: .folderConsentCounts, elements: .folderConsents, backing)
        requestsOfFolder = StateList(counts: .folderRequestCounts, elements: .folderRequests, backing)
        requestsOfRecord = StateList(counts: .recordRequestCounts, elements: .recordRequests, backing)
    }

    // MARK: What other contracts ask

    func folder(_ id: FolderID) throws(ContractViolation) -> Folder {
        guard let folder = folders[id] else { throw ContractViolation(.unknownFolder, "no folder \(id) is open") }
        return folder
    }

    /// The folder, which must not be erased.
    @discardableResult
    func openFolder(_ id: FolderID) throws(ContractViolation) -> Folder {
        let folder = try folder(id)
        guard !folder.isErased else { throw ContractViolation(.folderErased, "folder \(id) is erased") }
        return folder
    }

    /// The record, which must be in the folder.
    @discardableResult
    func record(_ id: RecordID, in folder: FolderID) throws(ContractViolation) -> Record {
        guard let record = records[id] else { throw ContractViolation(.unknownRecord, "no record \(id) is deposited") }
        guard record.folder == folder else {
            throw ContractViolation(.recordNotInFolder, "record \(id) is not in folder \(folder)")
        }
        return record
    }

    /// How many records of a folder were deposited before a leaf.
    ///
    /// - Complexity: O(log n) in the number of its records.
    func recordCount(in folder: FolderID, before index: UInt64) -> UInt64 {
        var (low, high): (UInt64, UInt64) = (0, recordsOfFolder.count(of: folder))
        while low < high {
            let middle = low + (high - low) / 2
            guard let id = recordsOfFolder.element(middle, of: folder), let record = records[id] else { return low }
            if record.deposited.index < index { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: FolderOpened

    func check(_ body: FolderOpened, _ enrollment: EnrollmentContract) throws(ContractViolation) {
        try enrollment.activeIdentity(body.keyService, as: .keyService)
        try enrollment.checkFresh(body.folder.signer, body.signingKey)
        try enrollment.checkFresh(body.groupKeys)
        try UmbralChecks.checkShares(of: body)
    }

    mutating func perform(_ body: FolderOpened, _ event: LedgerEvent, _ enrollment: inout EnrollmentContract) {
        folders.set(Folder(opening: body, opened: event), for: body.folder)
        enrollment.register(body.folder.signer, body.signingKey)
        enrollment.register(body.groupKeys)
    }

    // MARK: RecordDeposited

    func check(_ body: RecordDeposited, _ enrollment: EnrollmentContract) throws(ContractViolation) {
        try enrollment.activeIdentity(body.depositor, as: .depositor)
        try openFolder(body.folder)
        guard records[body.record] == nil else {
            throw ContractViolation(.recordTaken, "record \(body.record) is already deposited")
        }
        guard !capsuleDigests.contains(body.capsuleDigest) else {
            throw ContractViolation(.capsuleTaken, "the capsule of record \(body.record) already belongs to a record")
        }
    }

    mutating func perform(_ body: RecordDeposited, _ event: LedgerEvent) {
        records.set(Record(deposit: body, deposited: event), for: body.record)
        capsuleDigests.insert(body.capsuleDigest)
        recordsOfFolder.append(body.record, to: body.folder)
    }

    // MARK: FolderErased

    func check(_ body: FolderErased) throws(ContractViolation) {
        try openFolder(body.folder)
    }

    mutating func perform(_ body: FolderErased, _ event: LedgerEvent) {
        folders.update(body.folder) { $0.erased = event }
    }

    // MARK: What the consent contract notes here

    mutating func note(consent: ConsentID, in folder: FolderID) {
        consentsOfFolder.append(consent, to: folder)
    }

    mutating func note(_ request: AccessRequest) {
        requestsOfFolder.append(request.id, to: request.folder)
        for record in request.records { requestsOfRecord.append(request.id, to: record) }
    }

    mutating func noteShareDestroyed(_ folder: FolderID, _ event: LedgerEvent) {
        folders.update(folder) { $0.shareDestroyed = event }
    }
}

extension RecordContract {
    var parts: [any StateStored] {
        [folders, records, capsuleDigests] + recordsOfFolder.parts + consentsOfFolder.parts + requestsOfFolder.parts
            + requestsOfRecord.parts
    }

    mutating func take(_ step: SettlementStep) {
        folders.take(step)
        records.take(step)
        capsuleDigests.take(step)
        recordsOfFolder.take(step)
        consentsOfFolder.take(step)
        requestsOfFolder.take(step)
        requestsOfRecord.take(step)
    }
}
