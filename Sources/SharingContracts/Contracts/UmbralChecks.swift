import Octets
import Umbral

/// What the contracts ask of the re-encryption scheme: public computations on what the ledger holds.
enum UmbralChecks {
    /// That both sides know their shares and that the delegating key is the sum of them.
    ///
    /// - Complexity: two double multiplications, about 85 µs.
    static func checkShares(of body: FolderOpened) throws(ContractViolation) {
        let folder = body.folder.octets
        let sum: PublicKey
        do {
            let patient = try body.patientShare.proof.verified(
                share: body.patientShare.publicShare, role: .patient, folder: folder)
            let service = try body.serviceShare.proof.verified(
                share: body.serviceShare.publicShare, role: .service, folder: folder)
            sum = try VerifiedShare.delegatingKey(patient: patient, service: service)
        } catch {
            throw ContractViolation(.shareProofInvalid, "folder \(body.folder): \(error)")
        }
        guard sum == body.delegatingKey else {
            throw ContractViolation(
                .delegatingKeyMismatch, "the delegating key of folder \(body.folder) is not the sum of its shares")
        }
    }

    /// What everybody can see to be wrong with a fragment, or nil where it is what an honest proxy answers.
    ///
    /// - Parameters:
    ///   - bytes: What the proxy committed to.
    ///   - capsule: The record's capsule, which the scheme accepted.
    ///   - commitment: The proxy's line in the consent's `KeysIssued`.
    /// - Complexity: six multiplications and a signature check, about 300 µs.
    static func fault(
        of bytes: [UInt8], for capsule: Capsule, commitment: FragmentCommitment, precursor: PublicKey,
        folder: Folder, receivingKey: PublicKey
    ) -> String? {
        do {
            let fragment = try CapsuleFragment(simple: bytes)
            guard fragment.id == commitment.fragment else { return "it is another fragment's" }
            guard fragment.precursor.octets == precursor.compressed else { return "it is of another grant" }
            guard fragment.proof.points.u1.octets == commitment.commitment.compressed else {
                return "it was not made with the issued key"
            }
            _ = try fragment.verified(
                for: capsule, verifyingKey: folder.verifyingKey, delegatingKey: folder.delegatingKey,
                receivingKey: receivingKey)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
