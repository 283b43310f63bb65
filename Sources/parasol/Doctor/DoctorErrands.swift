import DurableFiles
import Electrocardiogram
import LedgerReplica
import ParasolClient
import ServiceProtocols
import SharingContracts
import Umbral

/// A doctor's errands.
struct DoctorErrands {
    let doctor: Doctor
    let session: LedgerSession
    /// Where downloads go on that were interrupted; nil for nowhere.
    let kept: KeptDownload?
    /// Told what is being done.
    let say: @Sendable (String) -> Void

    init(
        doctor: Doctor, session: LedgerSession, keeping kept: KeptDownload? = nil,
        say: @escaping @Sendable (String) -> Void = PeopleProgress.say
    ) {
        self.doctor = doctor
        self.session = session
        self.kept = kept
        self.say = say
    }

    /// The consents that name this doctor, in the order they were granted.
    func consents() async throws -> DoctorConsentsReport {
        let identity = doctor.identity
        let now = session.clock.now()
        return try await session.read { (state) throws(ClientError) in
            DoctorConsentsReport(
                consents: state.allConsents.filter { $0.terms.grantee == identity }.map {
                    DoctorConsentsReport.Row($0, in: state, at: now)
                })
        }
    }

    /// The records that consents of this doctor cover now.
    ///
    /// - Parameter short: Only those of this consent.
    func records(under short: ShortIdentifier?) async throws -> DoctorRecordsReport {
        let identity = doctor.identity
        let now = session.clock.now()
        let consents = try await session.read { (state) throws(ClientError) in
            state.allConsents.filter { $0.terms.grantee == identity }
        }
        let chosen = try short?.resolve("consent to you", among: consents.map(\.id))
        return try await session.read { (state) throws(ClientError) in
            let rows = consents.filter { chosen == nil || $0.id == chosen }.flatMap { consent in
                state.records(in: consent.terms.folder).filter { consent.terms.scope.covers($0) }
                    .compactMap { state.record($0) }
                    .map { record in
                        DoctorRecordsReport.Row(record, under: consent, status: state.status(of: consent.id, at: now))
                    }
            }
            return DoctorRecordsReport(records: rows)
        }
    }

    /// What this doctor asked for and never said to have opened.
    func requests() async throws -> DoctorRequestsReport {
        DoctorRequestsReport(requests: try await doctor.unfinishedRequests().map(DoctorRequestsReport.Row.init))
    }

    /// Asks for a record, opens it, says on the ledger that it is exported, and writes it out.
    ///
    /// A request of before that was never opened is gone on with: it counts as one of the consent's opens already.
    ///
    /// - Parameter disputing: Convict proxies that answered wrongly, on the ledger.
    func fetch(
        _ short: ShortIdentifier, under consent: ShortIdentifier?, to output: RecordOutput, disputing: Bool = false
    ) async throws -> FetchReport {
        try output.prepare()
        let (record, consent) = try await choose(short, consent)
        let earlier = try await doctor.unfinishedRequests().first {
            $0.records == [record] && $0.consent == consent
        }
        say(earlier.map { "going on with request \($0.id)" } ?? "asking for record \(record) under consent \(consent)")
        let request = if let earlier { earlier } else { try await doctor.request(record, under: consent) }
        say("request \(request.id) is on the ledger; the proxies are asked")
        let isEarlier = earlier != nil
        if let stretch = output.stretch {
            let opened = try await doctor.openStretch(request) {
                stretch.frames(ofCount: $0, samplingRate: $1)
            }
            return try await export(opened, opened.content, under: request, isEarlier, disputing) {
                try output.write(opened.content)
            }
        }
        let opened = try await doctor.open(request, keeping: kept)
        return try await export(opened, opened.files.recording, under: request, isEarlier, disputing) {
            try output.write(opened.files)
        }
    }

    private func export<Content>(
        _ opened: Doctor.Opened<Content>, _ recording: ECGRecording, under request: Doctor.Request, _ isEarlier: Bool,
        _ disputing: Bool, write: () throws -> String
    ) async throws -> FetchReport {
        // Said first: an export that is on the ledger and failed is nothing to be afraid of, the other way round it would be.
        try await doctor.recordExport(of: opened.request)
        let header = try write()
        if disputing { for liar in opened.liars { try await doctor.dispute(liar) } }
        return FetchReport(
            record: "\(request.record)", consent: "\(request.consent)", request: "\(opened.request)",
            isEarlierRequest: isEarlier, header: header, leads: recording.leads.count, seconds: recording.duration,
            used: opened.used.map { "\($0)" },
            liars: opened.liars.map { FetchReport.Liar(proxy: "\($0.proxy)", reason: $0.reason) },
            disputed: disputing, refusals: opened.refusals.map(RefusalRow.init))
    }

    /// Which record is meant, and under which consent it is to be opened: the one named, or the first in force.
    private func choose(
        _ short: ShortIdentifier, _ consent: ShortIdentifier?
    ) async throws -> (RecordID, ConsentID) {
        let rows = try await records(under: consent).records
        let record = try short.resolve("record that you are granted", among: Array(Set(rows.map(\.recordID))))
        let covering = rows.filter { $0.recordID == record }
        guard let usable = covering.first(where: { $0.status == ConsentStatus.active.rawValue }) ?? covering.first
        else {
            throw PeopleError.unknown(what: "record that you are granted", text: short.digits)
        }
        return (record, usable.consentID)
    }
}

extension OpenedProfile {
    /// Runs an errand as the doctor of this profile.
    func asDoctor<Value>(_ errand: (DoctorErrands) async throws -> Value) async throws -> Value {
        let signer = try await signer()
        guard let key = await store.profile.receivingKey else {
            throw PeopleError.wrongDocument("the profile \(name) has no receiving key")
        }
        let receivingKey = try SecretKey(key)
        let downloads = home.downloadsPath(self.name)
        try FileSystem().makeFolder(downloads)
        return try await connected(as: signer) { session, services in
            try await demandEnrolled(signer, as: .doctor, session)
            let doctor = Doctor(
                identity: IdentityID(signer.id), signer: signer, receivingKey: receivingKey, session: session,
                services: services)
            return try await errand(
                DoctorErrands(doctor: doctor, session: session, keeping: KeptDownload(folder: downloads)))
        }
    }
}
