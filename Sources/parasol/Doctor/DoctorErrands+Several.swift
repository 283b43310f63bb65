import Electrocardiogram
import Foundation
import ParasolClient
import SharingContracts

extension DoctorErrands {
    /// Several records of one consent.
    private struct Share {
        let consent: ConsentID
        var records: [RecordID]
    }

    /// Asks for several records in as few requests as may be, opens each, says on the ledger that they are exported, and writes each
    /// into a folder of its own.
    ///
    /// What is there already is not asked for again, and requests of before that were never opened are gone on with. What one
    /// record lacks keeps no other back.
    ///
    /// - Parameters:
    ///   - wanted: The records; empty for all that consents in force cover.
    ///   - folder: Where each record gets a folder of its identifier's name.
    ///   - force: Ask and write also where a record is there.
    ///   - disputing: Convict proxies that answered wrongly, on the ledger.
    func fetchSeveral(
        _ wanted: [ShortIdentifier], under consent: ShortIdentifier?, into folder: String, force: Bool = false,
        disputing: Bool = false
    ) async throws -> SeveralRecordsReport {
        let shares = try await shares(wanted, under: consent)
        var fetched = FetchedRecords(
            records: try RecordRows(into: RecordsOutput(folder: folder, force: force)),
            count: shares.reduce(0) { $0 + $1.records.count }, disputing: disputing)
        for share in shares {
            let missing = fetched.records.missing(of: share.records, under: share.consent)
            try await fetch(missing, under: share.consent, into: &fetched)
        }
        return SeveralRecordsReport(
            records: fetched.records.rows, disputed: disputing, empty: "No record is granted to you.")
    }

    private func fetch(
        _ missing: [RecordID], under consent: ConsentID, into fetched: inout FetchedRecords
    ) async throws {
        guard !missing.isEmpty else { return }
        var missing = missing
        for earlier in try await doctor.unfinishedRequests()
        where earlier.consent == consent && missing.contains(where: { earlier.records.contains($0) }) {
            say("going on with request \(earlier.id) for \(AuditOutput.count(earlier.records.count, "record"))")
            missing.removeAll { earlier.records.contains($0) }
            do throws(ClientError) {
                try await export(
                    try await doctor.openEach(earlier, keeping: kept), under: consent, true, into: &fetched)
            } catch { fetched.records.fail(earlier.records, under: consent, error) }
        }
        while !missing.isEmpty {
            say("asking for \(AuditOutput.count(missing.count, "record")) under consent \(consent)")
            do throws(ClientError) {
                let batch = try await doctor.openNext(of: missing, under: consent, keeping: kept)
                guard !batch.outcomes.isEmpty else { throw .other("the records could not be asked for") }
                missing.removeAll { record in batch.outcomes.contains { $0.record == record } }
                try await export(batch.outcomes, under: consent, false, into: &fetched)
            } catch {
                // What is refused for these is refused for the rest: a consent that is used up, a ledger that is away.
                fetched.records.fail(missing, under: consent, error)
                return
            }
        }
    }

    /// Says on the ledger that what opened is exported, and writes it.
    private func export(
        _ outcomes: [Doctor.Outcome], under consent: ConsentID, _ isEarlier: Bool, into fetched: inout FetchedRecords
    ) async throws(ClientError) {
        let openings = outcomes.compactMap { try? $0.result.get() }
        // Said first: an export that is on the ledger and failed is nothing to be afraid of, the other way round it would be.
        if let first = openings.first { try await doctor.recordExport(of: first.request) }
        for outcome in outcomes {
            fetched.records.write(outcome.record, under: consent) { row in
                let opening = try outcome.result.get()
                row.describe(opening, isEarlier)
                return opening.files
            }
        }
        say("\(fetched.records.rows.count) of \(fetched.count) records")
        guard fetched.disputing else { return }
        // The ledger convicts a proxy once for each request, whatever the records that it answered wrongly for.
        var convicted: Set<IdentityID> = []
        for liar in outcomes.flatMap(\.wrongAnswers) where convicted.insert(liar.proxy).inserted {
            try await doctor.dispute(liar)
        }
    }

    /// Which records are meant, each under the consent named, or the first in force that covers it.
    private func shares(
        _ wanted: [ShortIdentifier], under consent: ShortIdentifier?
    ) async throws -> [Share] {
        let rows = try await records(under: consent).records
        let active = rows.filter { $0.status == ConsentStatus.active.rawValue }
        var chosen: [RecordID] = []
        if wanted.isEmpty {
            // A used-up consent has nothing to ask for, and perhaps something to go on with.
            chosen = (active + rows.filter { $0.status == ConsentStatus.usedUp.rawValue }).map(\.recordID)
        } else {
            let known = Array(Set(rows.map(\.recordID)))
            chosen = try wanted.map { try $0.resolve("record that you are granted", among: known) }
        }
        var shares: [Share] = []
        var seen: Set<RecordID> = []
        for record in chosen where seen.insert(record).inserted {
            guard
                let row = active.first(where: { $0.recordID == record }) ?? rows.first(where: { $0.recordID == record })
            else { continue }
            if let index = shares.firstIndex(where: { $0.consent == row.consentID }) {
                shares[index].records.append(record)
            } else {
                shares.append(Share(consent: row.consentID, records: [record]))
            }
        }
        return shares
    }
}

extension Doctor.Outcome {
    /// Of those that answered for this record, also where too few answered rightly.
    fileprivate var wrongAnswers: [Doctor.WrongAnswer] {
        switch result {
        case .success(let opening): opening.liars
        case .failure(.tooFewProxies(_, _, let refusals)): refusals.compactMap(\.wrongAnswer)
        case .failure: []
        }
    }
}

/// What became of the records so far.
private struct FetchedRecords {
    var records: RecordRows
    /// How many there are in all.
    let count: Int
    let disputing: Bool
}
