import EmbeddedNode
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts

extension DemoRun {
    func revoke(_ record: RecordID, _ consent: ConsentID, _ cast: Cast) async throws {
        // Asked for while it was allowed, so that only the proxies stand between the doctor and the record.
        let early = try await cast.doctorA.request(record, under: consent)
        try await reporter.step(
            "revoke", "The patient revokes; the proxies destroy their fragments and say so", proves: ["P6"]
        ) {
            let silent = try await cast.patient.revoke(consent)
            guard silent.isEmpty else { throw DemoReporter.Broken(description: "not destroyed: \(silent)") }
            let destroyed = try await cast.node.session().read { (state) throws(ClientError) in
                state.consent(consent)?.destructions.count ?? 0
            }
            guard destroyed == proxyCount else {
                throw DemoReporter.Broken(description: "\(destroyed) of \(proxyCount) proxies logged a destruction")
            }
            return "\(destroyed) fragments destroyed"
        }
        try await reporter.step(
            "refused", "Doctor A comes with a request from before, and no proxy transforms", proves: ["P6"]
        ) {
            try await reporter.refusal("a proxy transformed after the revocation") {
                try await cast.doctorA.open(early)
            }
        }
        try await reporter.step("refused-anew", "A new request is not even sequenced", proves: ["P6"]) {
            try await reporter.refusal("a request was sequenced after the revocation") {
                try await cast.doctorA.request(record, under: consent)
            }
        }
    }

    func erase(_ record: RecordID, _ owned: FolderID, _ cast: Cast) async throws {
        try await reporter.step("erase", "The patient erases the folder; both shares are destroyed", proves: ["P8"]) {
            let silent = try await cast.patient.erase(owned)
            guard silent.isEmpty else { throw DemoReporter.Broken(description: "not destroyed: \(silent)") }
            guard try await cast.node.keyServiceSharesAtRest().isEmpty else {
                throw DemoReporter.Broken(description: "the key service still has a share")
            }
            return "the ciphertext stays in the vault, and nobody has a key to it"
        }
        try await reporter.step(
            "unreadable", "Neither the patient nor the doctor can read the record any more", proves: ["P8"]
        ) {
            let patient = try await reporter.refusal("the patient read an erased record") {
                try await cast.patient.open(record)
            }
            return patient
        }
    }

    mutating func audit(_ cast: Cast) async throws {
        let copy = try folder.subfolder("ledger-copy")
        let archive = LedgerArchive(folder: copy)
        let report = try await reporter.step(
            "audit", "The auditor re-executes the whole ledger from its bytes", proves: ["P5", "P7"]
        ) {
            let size = try await archive.write(cast.node.session())
            let report = try Auditor(trust: cast.node.trust).audit(archive)
            guard report.size == size, report.trail.count == Int(size) else {
                throw DemoReporter.Broken(description: "the audit saw \(report.trail.count) of \(size) leaves")
            }
            return ("\(size) leaves, root \(report.root.prefix(16))...", report)
        }
        files["ledger copy"] = copy
        reporter.note("")
        for line in report.trail { reporter.note("  \(line.index)  \(line.time)  \(line.kind): \(line.detail)") }
        reporter.note("")
        try await reporter.step(
            "tamper", "One byte of a copy of the ledger is flipped, and the audit says where", proves: ["P5"]
        ) {
            let damaged = LedgerArchive(folder: try folder.subfolder("ledger-tampered"))
            _ = try await damaged.write(cast.node.session())
            let leaf = report.size / 2
            try damaged.flipOneByte(ofLeaf: leaf)
            do { _ = try Auditor(trust: cast.node.trust).audit(damaged) } catch AuditError.changedLeaf(let index) {
                guard index == leaf else {
                    throw DemoReporter.Broken(description: "leaf \(leaf) was changed, the audit said \(index)")
                }
                return "leaf \(index) was changed after it was sequenced"
            }
            throw DemoReporter.Broken(description: "the audit did not notice")
        }
    }
}

extension LedgerArchive {
    /// Flips the lowest bit in the middle of one leaf of this copy.
    fileprivate func flipOneByte(ofLeaf index: UInt64) throws {
        guard let bundle = bundlePath(ofLeaf: index) else {
            throw DemoReporter.Broken(description: "no bundle holds leaf \(index)")
        }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: bundle)))
        var offset = 0
        for _ in 0..<(index % 256) { offset += 2 + Int(bytes[offset]) << 8 + Int(bytes[offset + 1]) }
        let length = Int(bytes[offset]) << 8 + Int(bytes[offset + 1])
        bytes[offset + 2 + length / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: bundle), options: .atomic)
    }

    private func bundlePath(ofLeaf index: UInt64) -> String? {
        let entries = folder + "/tile/entries"
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: entries)) ?? []
        let files = names.map { entries + "/" + $0 }.filter {
            ((try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []).isEmpty && !$0.hasSuffix(".p")
        }
        return files.sorted().dropFirst(Int(index / 256)).first
    }
}
