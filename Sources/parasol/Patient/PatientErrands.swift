import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts

/// A patient's errands about one folder, on a connection as that folder: nobody who serves it learns which other folders are
/// the same patient's.
struct PatientErrands {
    let patient: Patient
    let session: LedgerSession
    let services: ServiceDirectory
    let network: Network

    /// - Parameter folder: The one that they are about; nil for a new one.
    init(_ opened: OpenedProfile, _ session: LedgerSession, _ services: ServiceDirectory, folder: FolderID?) {
        patient = Patient(profile: opened.store, session: session, services: services, folder: folder)
        self.session = session
        self.services = services
        network = opened.network
    }

    /// Opens a folder, whose name is new in this profile, at a key service: the one that is named, or the network's only one.
    func openFolder(named name: String, at keyService: IdentityID?) async throws -> FolderReport {
        guard let chosen = keyService ?? network.keyServices.first?.identity else {
            throw PeopleError.noService(what: "the network names no key service")
        }
        guard keyService != nil || network.keyServices.count == 1 else {
            throw PeopleError.noService(
                what: "the network has \(network.keyServices.count) key services; choose one with --key-service: "
                    + network.keyServices.map { "\($0.identity)" }.joined(separator: ", "))
        }
        guard await !patient.profile.profile.folders.contains(where: { $0.name == name }) else {
            throw PeopleError.wrongDocument("there is a folder named \"\(name)\" already")
        }
        do {
            let folder = try await patient.openFolder(named: name, at: chosen)
            return FolderReport(folder: "\(folder)", name: name, keyService: "\(chosen)")
        } catch {
            try await forgetUnlessSubmitted(name)
            throw error
        }
    }

    /// Lets the keys of a new folder go where nothing that depends on them was ever submitted: its name is free again.
    private func forgetUnlessSubmitted(_ name: String) async throws {
        try await patient.profile.update { profile in
            let opening = profile.pendingOpenings
            profile.folders.removeAll { $0.name == name && !$0.isErased && !opening.contains($0.id) }
        }
    }

    /// The folder's records, and what this profile calls them.
    func records(in folder: FolderID) async throws -> RecordsReport {
        let labels = await patient.profile.profile.records
        return try await session.read { (state) throws(ClientError) in
            guard state.folder(folder) != nil else { throw .unknown("folder \(folder) on the ledger") }
            return RecordsReport(
                records: state.records(in: folder).compactMap { state.record($0) }.map { record in
                    RecordsReport.Row(
                        record, label: labels.first { $0.id == record.id }?.label,
                        openings: state.requests(for: record.id).count { state.request($0)?.opened != nil })
                })
        }
    }

    /// Who asked for the folder's records, and what came of it, oldest first.
    func whoLooked(at folder: FolderID) async throws -> AccessesReport {
        let accesses = try await patient.accesses(to: folder)
        let trust = await ReadingTrust(of: session)
        return try await session.readReached { (state) throws(ClientError) in
            AccessesReport(
                accesses: accesses.flatMap { access in
                    access.records.map { AccessesReport.Row(access, to: $0, in: state) }
                }, reading: trust)
        }
    }

    /// Opens a record of the patient's own, says on the ledger that it is exported, and writes it out.
    func export(_ record: RecordID, in folder: FolderID, to place: RecordOutput) async throws -> ExportReport {
        try place.prepare()
        let (files, request) = try await patient.open(record)
        // Said first: an export that is on the ledger and failed is nothing to be afraid of, the other way round it would be.
        try await patient.recordExport(of: request, in: folder)
        let header = try place.write(files)
        return ExportReport(
            record: "\(record)", request: "\(request)", header: header, files: files.files.map(\.name))
    }

    /// Opens all of a folder's records in as few requests as may be, says on the ledger that they are exported, and writes each into a folder of
    /// its own. What is there already is not opened again; what one record lacks keeps no other back.
    ///
    /// - Parameters:
    ///   - place: Where each record gets a folder of its identifier's name.
    ///   - force: Open and write also where a record is there.
    func exportAll(of folder: FolderID, into place: String, force: Bool = false) async throws -> SeveralRecordsReport {
        var exported = try RecordRows(into: RecordsOutput(folder: place, force: force))
        let all = try await session.read { (state) throws(ClientError) in state.records(in: folder) }
        var missing = exported.missing(of: all, under: nil)
        while !missing.isEmpty {
            PeopleProgress.say("asking for \(AuditOutput.count(missing.count, "record"))")
            do {
                let (request, outcomes) = try await patient.openNext(of: missing, in: folder)
                guard !outcomes.isEmpty else { throw ClientError.other("the records could not be asked for") }
                missing.removeAll { record in outcomes.contains { $0.record == record } }
                // Said first, as for one.
                if let request, outcomes.contains(where: { (try? $0.result.get()) != nil }) {
                    try await patient.recordExport(of: request, in: folder)
                }
                for outcome in outcomes {
                    exported.write(outcome.record, under: nil) { row in
                        let files = try outcome.result.get()
                        if let request { row.describe(files, request) }
                        return files
                    }
                }
            } catch {
                // What is refused for these is refused for the rest.
                exported.fail(missing, under: nil, error)
                missing = []
            }
        }
        return SeveralRecordsReport(records: exported.rows, empty: "The folder holds no record.")
    }

    /// Keeps a name for a record, in the profile and nowhere else.
    func label(_ record: RecordID, in folder: FolderID, as text: String) async throws -> LabelReport {
        let stored: StoredRecord?
        do { stored = try await services.vault.find(record) } catch { throw ClientError(error) }
        guard let stored else { throw ClientError.unknown("record \(record) in the vault") }
        try await patient.profile.update {
            $0.remember(KnownRecord(id: record, folder: folder, label: text, address: stored.address))
        }
        return LabelReport(record: "\(record)", label: text)
    }

    /// Erases a folder for ever, once that is confirmed.
    func erase(_ folder: FolderID, asking: any Asking) async throws -> EndingReport {
        let name = await patient.profile.profile.folder(folder)?.name ?? ""
        try asking.demand("Erase folder \(folder) \"\(name)\" and all that is in it, for ever?")
        return EndingReport("folder", "\(folder)", "erased", silent: try await patient.erase(folder))
    }
}

extension Profile {
    /// Folders whose opening was signed, and whose receipt has not come.
    var pendingOpenings: Set<FolderID> {
        Set(
            outbox.compactMap { bytes in
                guard case .folderOpened(let body)? = (try? SignedTransaction(serialized: bytes))?.body else {
                    return nil
                }
                return body.folder
            })
    }
}
