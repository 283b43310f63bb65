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
    ]

    /// Texts at the top of a file that describe it, or that a family reads.
    private static let remarks = ["about", "format", "origin"]

    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    /// A file may have up to this many bytes.
    static let byteBound = 64 << 20

    /// Checks a file of any layout that is known here and returns the number of cases.
    static func verify(contentsOf url: URL, report: (String) -> Void) throws(VectorError) -> Int {
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            throw VectorError(path: "", kind: .unreadable(error.localizedDescription))
        }
        guard data.count <= byteBound else {
            throw VectorError(path: "", kind: .unreadable("more than \(byteBound) bytes"))
        }
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
        for remark in Self.remarks { _ = fields.optional(remark) }
        try fields.finish()
        guard count > 0 else { throw whole.failure(.nothingToCheck) }
        return count
    }
}
