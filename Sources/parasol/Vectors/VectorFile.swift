import Foundation
import SealedRecord

/// One section of a vector file: what its fields mean and how each is checked against the others.
protocol VectorFamily: Sendable {
    /// The section's name at the top of the file.
    static var name: String { get }

    /// Checks the section; `file` is the whole file, for what relates to other sections.
    ///
    /// Reports one line a case and returns the number of cases.
    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int
}

/// A vector file, and the families that are known here in the order of checking.
struct VectorFile {
    static let families: [any VectorFamily.Type] = [
        UmbralParametersFamily.self, UmbralFactoryFamily.self, UmbralSignatureFamily.self, UmbralCaseFamily.self,
        UmbralRobustnessFamily.self,
        MerkleFamily.self, LogKeyFamily.self, CosignatureFamily.self, SignedNoteFamily.self, CheckpointFamily.self,
        LogProofFamily.self, TrustPolicyFamily.self,
        LedgerLeafFamily.self, CapsuleDigestFamily.self, FragmentDigestFamily.self, TransactionRefusalFamily.self,
        AnswerFamily.self, MessageSignatureFamily.self, EvidenceFamily.self, StateRootFamily.self, SnapshotFamily.self,
        RecoveryKitFamily.self, DevicePairingFamily.self, SigningKeySignatureFamily.self,
    ]

    /// Where a file says of what layout it is.
    static let formatField = "format"
    /// The layout of Protocols/transactions.md.
    static let transactionFormat = "parasol-transaction-vectors"

    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    /// A file may have up to this many bytes.
    static let byteBound = 64 << 20

    /// Checks a file of any layout that is known here and returns the number of cases.
    static func verify(contentsOf url: URL, report: (String) -> Void) throws(VectorError) -> Int {
        try verify(read(url), report: report)
    }

    /// The same for a file's bytes.
    static func verify(_ data: Data, report: (String) -> Void) throws(VectorError) -> Int {
        let bytes = [UInt8](data)
        guard SealedRecordVectors.recognizes(bytes) else {
            return try VectorFile(json: data).verify(report: report)
        }
        let outcomes = SealedRecordVectors.verify(bytes)
        for outcome in outcomes {
            if let failure = outcome.failure { throw VectorError(path: outcome.name, kind: .refused(failure)) }
            report(outcome.description)
        }
        return outcomes.count
    }

    /// Reads JSON from a file.
    init(contentsOf url: URL) throws(VectorError) { try self.init(json: Self.read(url)) }

    /// The bytes of a file that is not too long: its size is looked at first, and no more is read in any case.
    private static func read(_ url: URL) throws(VectorError) -> Data {
        let tooLong = VectorError(path: "", kind: .unreadable("more than \(byteBound) bytes"))
        let data: Data
        do {
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize
            if let size, size > byteBound { throw tooLong }
            data = try file.read(upToCount: byteBound + 1) ?? Data()
        } catch let error as VectorError {
            throw error
        } catch {
            throw VectorError(path: "", kind: .unreadable(error.localizedDescription))
        }
        guard data.count <= byteBound else { throw tooLong }
        return data
    }

    /// Reads JSON.
    init(json: Data) throws(VectorError) {
        do { value = try JSONDecoder().decode(JSONValue.self, from: json) } catch {
            throw VectorError(path: "", kind: .unreadable(Self.reason(error)))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context), DecodingError.keyNotFound(_, let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
        default: return error.localizedDescription
        }
    }

    /// Checks every section and returns the number of cases.
    ///
    /// - Throws: what is wrong first. A section that is not known here is an error, because it would go unchecked.
    func verify(report: (String) -> Void) throws(VectorError) -> Int {
        let whole = VectorNode(value: value, path: "")
        var fields = try whole.fields()
        let file = fields
        if let note = fields.optional("note") { try UmbralPeers.check(note: note, of: file) }
        var count = 0
        for family in Self.families {
            if let section = fields.optional(family.name) {
                count += try family.verify(section, of: file, report: report)
            }
        }
        try Self.checkRemarks(&fields)
        try fields.finish()
        guard count > 0 else { throw whole.failure(.nothingToCheck) }
        return count
    }

    /// What stands at the top of a file beside its sections.
    private static func checkRemarks(_ fields: inout VectorFields) throws(VectorError) {
        if let format = fields.optional(formatField) { try format.reads(Array(transactionFormat.utf8)) }
        if let about = fields.optional("about") {
            var bound = try about.fields()
            _ = try bound["text"]
            try bound.finishBound()
        }
        // The signatures of the leaves cover it; without them nothing would.
        if fields.contains(LedgerLeafFamily.name) { _ = fields.optional("origin") }
    }
}
