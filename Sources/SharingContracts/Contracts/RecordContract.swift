import Octets

/// Folders and the records in them.
///
/// Every `check` only reads and every `perform` cannot fail, so that a transaction is applied wholly or not at all.
package struct RecordContract: Hashable, Sendable {
    private(set) var folders: [FolderID: Folder] = [:]
    private(set) var records: [RecordID: Record] = [:]
    private var capsuleDigests: Set<FixedOctets<32>> = []

    init() {}

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

    // MARK: FolderOpened

    func check(_ body: FolderOpened, _ enrollment: EnrollmentContract) throws(ContractViolation) {
        try enrollment.activeIdentity(body.keyService, as: .keyService)
        try enrollment.checkFresh(body.folder.signer, body.signingKey)
        try enrollment.checkFresh(body.groupKeys)
        try UmbralChecks.checkShares(of: body)
    }

    mutating func perform(_ body: FolderOpened, _ event: LedgerEvent, _ enrollment: inout EnrollmentContract) {
        folders[body.folder] = Folder(opening: body, opened: event)
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
        records[body.record] = Record(deposit: body, deposited: event)
        capsuleDigests.insert(body.capsuleDigest)
        folders[body.folder]?.records.append(body.record)
    }

    // MARK: FolderErased

    func check(_ body: FolderErased) throws(ContractViolation) {
        try openFolder(body.folder)
    }

    mutating func perform(_ body: FolderErased, _ event: LedgerEvent) {
        folders[body.folder]?.erased = event
    }

    // MARK: What the consent contract notes here

    mutating func note(consent: ConsentID, in folder: FolderID) {
        folders[folder]?.consents.append(consent)
    }

    mutating func note(_ request: AccessRequest) {
        folders[request.folder]?.requests.append(request.id)
        records[request.record]?.requests.append(request.id)
    }

    mutating func noteShareDestroyed(_ folder: FolderID, _ event: LedgerEvent) {
        folders[folder]?.shareDestroyed = event
    }
}
