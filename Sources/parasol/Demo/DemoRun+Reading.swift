import Electrocardiogram
import EmbeddedNode
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts

/// Those who may read, and the proxy that hinders them.
extension DemoRun {
    mutating func open(_ record: RecordID, _ consent: ConsentID, _ cast: Cast) async throws {
        let path = folder.path + "/ecg.svg"
        let opening = try await reporter.step(
            "open", "Doctor A asks, \(threshold) proxies transform, and the record opens bit for bit"
        ) {
            let opening = try await cast.doctorA.agent.open(record, under: consent)
            try reporter.demand(opening.files == recording.files, "what was opened is not what was deposited")
            return ("request \(opening.request); \(opening.files.files.count) files, identical", opening)
        }
        try await reporter.step("draw", "The recording is drawn on electrocardiograph paper") {
            let svg = try ECGSheet.svg(of: opening.files.recording, SheetOptions())
            try Data(svg.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            return folder.isKept ? path : "\(svg.utf8.count) bytes of SVG; --keep DIR keeps it"
        }
        files["drawing"] = path
        var preview = TerminalPreview()
        preview.duration = 3
        preview.leads = opening.files.recording.leads.indices.prefix(2).map { $0 }
        reporter.note("\n" + preview.text(of: opening.files.recording))
    }

    // MARK: P4

    func catchLiar(_ record: RecordID, _ consent: ConsentID, _ cast: Cast) async throws {
        let wrong = try await reporter.step(
            "liar",
            threshold < proxyCount
                ? "One proxy transforms wrongly; the doctor opens all the same and knows which"
                : "One proxy transforms wrongly and none can be spared; the doctor knows which",
            attacking: ["P4"]
        ) {
            liar.set(true)
            defer { liar.set(false) }
            let request = try await cast.doctorA.agent.request(record, under: consent)
            let liars = try await liars(at: request, cast)
            try reporter.demand(
                liars.map(\.proxy) == [cast.node.proxyIDs[0]], "the liar was not named: \(liars.map(\.proxy))")
            return ("proxy \(liars[0].proxy): \(liars[0].reason)", liars[0])
        }
        try await reporter.step(
            "convict", "The doctor convicts it on the ledger with its own logged words, and cannot convict another",
            attacking: ["P4"]
        ) {
            try await cast.doctorA.agent.dispute(wrong)
            let convictions = try await cast.reader.session.read { (state) throws(ClientError) in
                state.convictions(of: wrong.proxy)
            }
            try reporter.demand(convictions == [wrong.request], "the ledger does not have the conviction")
            // Slander: the same proxy again, for a request that it answered rightly.
            let honest = try await cast.doctorA.agent.request(record, under: consent)
            let right = try await cast.doctorA.agent.fragment(from: wrong.proxy, to: honest, capsule: wrong.capsule)
            let refusal = try await reporter.refusal(
                "an honest answer was convicted", Self.isRefused(.fragmentIsCorrect)
            ) {
                try await cast.reader.session.submit(
                    .fragmentDisputed(
                        FragmentDisputed(
                            request: honest.id, transformer: wrong.proxy, capsule: wrong.capsule,
                            capsuleFragment: right)), by: cast.doctorA.signer)
            }
            return "proxy \(wrong.proxy) is on record for request \(wrong.request)\nfor another one: \(refusal)"
        }
    }

    /// Those who answered a request wrongly, with the first proxy asked first.
    private func liars(at request: Doctor.Request, _ cast: Cast) async throws -> [Doctor.WrongAnswer] {
        if threshold < proxyCount {
            let opening = try await cast.doctorA.agent.open(request, asking: cast.node.proxyIDs)
            try reporter.demand(opening.files == recording.files, "what was opened is not what was deposited")
            return opening.liars
        }
        let (answered, wanted) = (proxyCount - 1, threshold)
        let refusal = try await reporter.refusal(
            "a record opened with a wrong fragment",
            { (error: ClientError) in
                guard case .tooFewProxies(answered: answered, threshold: wanted, _) = error else { return false }
                return true
            }
        ) { try await cast.doctorA.agent.open(request, asking: cast.node.proxyIDs) }
        guard case .tooFewProxies(_, _, let refusals) = refusal else { return [] }
        return refusals.compactMap(\.wrongAnswer)
    }

    // MARK: The patient

    mutating func export(_ record: RecordID, _ owned: FolderID, _ cast: Cast) async throws {
        let records = try folder.subfolder("records")
        try await reporter.step("export", "The patient opens the record and exports it as WFDB; the export is logged") {
            let (opened, request) = try await cast.patient.open(record)
            try reporter.demand(opened == recording.files, "what the patient opened is not what was deposited")
            let place = RecordPlace(folder: URL(fileURLWithPath: records), force: false)
            // The header is first in the list and goes last onto the disk: a record that is there is whole.
            try place.prepare(files: opened.files.map(\.name))
            for file in opened.files.reversed() { try place.write(file.bytes, to: file.name) }
            try await cast.patient.recordExport(of: request, in: owned)
            return "\(opened.files.count) files"
        }
        files["exported record"] = records + "/" + recording.files.headerFile
    }

    func listAccesses(_ owned: FolderID, _ cast: Cast) async throws {
        try await reporter.step("who-looked", "The patient lists who looked") {
            let accesses = try await cast.patient.accesses(to: owned)
            let (a, b) = (cast.doctorA.identity.signer, cast.doctorB.identity.signer)
            try reporter.demand(
                accesses.contains { $0.requester == a && $0.opened != nil }
                    && accesses.contains { $0.requester == owned.signer && $0.exported != nil }
                    && !accesses.contains { $0.requester == b }, "the list is not what happened")
            return accesses.map { access in
                let who = access.requester == owned.signer ? "the patient" : "doctor \(access.requester)"
                return "\(access.requested.time) \(who) asked for \(access.purpose)"
                    + (access.opened == nil ? ", did not open" : ", opened")
                    + (access.exported == nil ? "" : ", exported")
            }.joined(separator: "\n")
        }
    }
}
