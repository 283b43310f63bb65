import Electrocardiogram
import EmbeddedNode
import Foundation
import Octets
import ParasolClient
import SealedRecord
import ServiceProtocols
import SharingContracts
import Umbral

extension DemoRun {
    // MARK: Those who must not read

    func outsiders(_ deposit: Depositor.Deposit, _ consent: ConsentID, _ cast: Cast) async throws {
        let record = deposit.record
        try await reporter.step("doctor-b", "Doctor B, whom nobody granted, asks and is refused", proves: ["P1"]) {
            try await reporter.refusal("doctor B opened the record") {
                try await cast.doctorB.open(record, under: consent)
            }
        }
        let container = try await contents(of: deposit, in: cast.node.vault)
        let header = try SealedRecordHeader(parsing: container)
        let capsule = try Capsule(simple: header.capsule.bytes)
        try await reporter.step(
            "key-service", "The key service tries every share in its database, opened with its master key",
            proves: ["P1", "P2"]
        ) {
            let shares = try await cast.node.keyServiceSharesAtRest()
            for share in shares where header.accepts(try capsule.seed(for: try SecretKey(share)).octets) {
                throw DemoReporter.Broken(description: "a service share opened the record")
            }
            guard !shares.isEmpty else { throw DemoReporter.Broken(description: "no share was found to try") }
            return "\(shares.count) tried, none opens the record"
        }
        try await reporter.step(
            "vault", "The vault looks for anything of the recording in what it stores", proves: ["P1"]
        ) {
            for file in recording.files.files where file.bytes.count >= 16 {
                if let range = CleartextSearch(container).firstOverlap(with: file.bytes) {
                    throw DemoReporter.Broken(description: "16 bytes of \(file.name) stand at \(range) in the vault")
                }
            }
            return "no 16 bytes of any file stand among its \(container.count) bytes"
        }
        try await reporter.step(
            "too-few-proxies", "Doctor A tries with \(threshold - 1) of \(proxyCount) proxies", proves: ["P1"]
        ) {
            try await reporter.refusal("\(threshold - 1) proxies were enough") {
                try await cast.doctorAWithTooFewProxies.open(record, under: consent)
            }
        }
    }

    private func contents(of deposit: Depositor.Deposit, in vault: any RecordStoring) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while UInt64(bytes.count) < deposit.size {
            let offset = UInt64(bytes.count)
            let count = Int(min(deposit.size - offset, UInt64(RecordStoringLimits.maximumReadBytes)))
            bytes += try await vault.read(deposit.address, offset: offset, count: count)
        }
        return bytes
    }

    // MARK: Those who may

    mutating func open(_ record: RecordID, _ consent: ConsentID, _ cast: Cast) async throws -> Doctor.Opening {
        let path = folder.path + "/ecg.svg"
        let expected = recording.files
        let opening = try await reporter.step(
            "open", "Doctor A asks, \(threshold) proxies transform, and the record opens bit for bit",
            proves: ["P1", "P3"]
        ) {
            let opening = try await cast.doctorA.open(record, under: consent)
            guard opening.files == expected else {
                throw DemoReporter.Broken(description: "what was opened is not what was deposited")
            }
            return ("request \(opening.request); \(expected.files.count) files, identical", opening)
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
        return opening
    }

    func catchLiar(_ record: RecordID, _ consent: ConsentID, _ cast: Cast) async throws {
        let wrong = try await reporter.step(
            "liar", "One proxy transforms wrongly; the doctor opens all the same and knows which", proves: ["P4"]
        ) {
            liar.set(true)
            defer { liar.set(false) }
            let request = try await cast.doctorA.request(record, under: consent)
            let opening = try await cast.doctorA.open(request, asking: cast.node.proxyIDs)
            guard opening.files == recording.files, opening.liars.map(\.proxy) == [cast.node.proxyIDs[0]],
                let wrong = opening.liars.first
            else { throw DemoReporter.Broken(description: "the liar was not named: \(opening.liars.map(\.proxy))") }
            return ("proxy \(wrong.proxy): \(wrong.reason)", wrong)
        }
        try await reporter.step(
            "convict", "The doctor convicts it on the ledger, with its own logged words", proves: ["P4"]
        ) {
            try await cast.doctorA.dispute(wrong)
            let session = cast.node.session()
            let convictions = try await session.read { (state) throws(ClientError) in
                state.convictions(of: wrong.proxy)
            }
            guard convictions == [wrong.request] else {
                throw DemoReporter.Broken(description: "the ledger does not have the conviction")
            }
            return "proxy \(wrong.proxy) is on record for request \(wrong.request)"
        }
    }

    mutating func export(_ record: RecordID, _ owned: FolderID, _ cast: Cast) async throws {
        let records = try folder.subfolder("records")
        try await reporter.step(
            "export", "The patient opens the record and exports it as WFDB; the export is logged", proves: ["P1", "P3"]
        ) {
            let (opened, request) = try await cast.patient.open(record)
            guard opened == recording.files else {
                throw DemoReporter.Broken(description: "what the patient opened is not what was deposited")
            }
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
        try await reporter.step("who-looked", "The patient lists who looked", proves: ["P3"]) {
            let accesses = try await cast.patient.accesses(to: owned)
            let opened = accesses.filter { $0.opened != nil }
            guard opened.contains(where: { $0.requester == cast.doctorA.identity.signer }),
                !accesses.contains(where: { $0.requester == cast.doctorB.identity.signer })
            else { throw DemoReporter.Broken(description: "the list is not what happened") }
            return accesses.map { access in
                let who = access.requester == owned.signer ? "the patient" : "doctor \(access.requester)"
                return "\(access.requested.time) \(who) asked for \(access.purpose)"
                    + (access.opened == nil ? ", did not open" : ", opened")
                    + (access.exported == nil ? "" : ", exported")
            }.joined(separator: "\n                  ")
        }
    }
}
