import LedgerNode
import Octets
import ParasolClient
import SealedRecord
import Secp256k1
import ServiceProtocols
import SharingContracts
import Testing
import Umbral

@testable import EmbeddedNode

/// What an attacker of one record may know: all but the keys of those who may read it.
struct AttackedRecord {
    let container: [UInt8]
    let header: SealedRecordHeader
    let capsule: Capsule
    let precursor: PublicKey
    let folder: Folder

    /// Whether a secret key alone opens the record, as the key it is sealed to would.
    func opens(with key: SecretKey) throws -> Bool { header.accepts(try capsule.seed(for: key).octets) }

    /// Combines fragments under a receiving key, as if so many were enough.
    ///
    /// - Returns: Why it failed, nil where it did not, and how many seeds were tried against the record's header.
    func combining(_ fragments: [CapsuleFragment], under key: SecretKey) throws -> (failure: UmbralError?, tried: Int) {
        let session = try GrantSession(
            receiver: key, precursor: precursor, delegatingKey: folder.delegatingKey,
            verifyingKey: folder.verifyingKey, threshold: fragments.count)
        var tried = 0
        do throws(UmbralError) {
            _ = try session.open(capsule: capsule, fragments: fragments) { (seed: CapsuleSeed) in
                tried += 1
                return header.accepts(seed.octets)
            }
            return (nil, tried)
        } catch {
            return (error, tried)
        }
    }
}

extension Stage {
    /// What everybody can see of a record that a consent covers.
    func attacked(_ record: RecordID, under consent: ConsentID) async throws -> AttackedRecord {
        let (consent, folder) = try await node.session().read { (state) throws(ClientError) in
            let consent = state.consent(consent)
            return (consent, consent.flatMap { state.folder($0.terms.folder) })
        }
        let stored = try #require(try await node.directory.vault.find(record))
        let container = try await node.directory.vault.read(stored.address, offset: 0, count: Int(stored.size))
        let header = try SealedRecordHeader(parsing: container)
        return AttackedRecord(
            container: container, header: header, capsule: try Capsule(simple: header.capsule.bytes),
            precursor: try #require(consent?.keys).precursor, folder: try #require(folder))
    }

    /// Every leaf, one behind the other.
    func ledgerBytes() async throws -> [UInt8] {
        let size = await node.ledger.committedSize
        var leaves: [[UInt8]] = []
        while UInt64(leaves.count) < size {
            leaves += try await node.ledger.entries(from: UInt64(leaves.count), to: size)
        }
        return leaves.flatMap { $0 }
    }
}

extension Stage {
    /// The patient's request for a record, with keys that the profile may no longer have.
    @discardableResult
    func requestAsPatient(_ record: RecordID, with keys: FolderKeys) async throws -> Receipt {
        let session = node.session()
        let signer = TransactionSigner(
            id: folder.signer, key: try ProfileKeys.signingKey(keys.signingKey), origin: session.origin)
        var generator = SystemRandomNumberGenerator()
        let id = TransactionID.random(using: &generator)
        let request = AccessRequested(
            authority: .folder(folder), record: record, purpose: .patientRequested,
            answerKey: try AnswerKey(from: keys.share, for: id).publicKey)
        return try await session.submit(try signer.signed(.accessRequested(request), id: id))
    }

    /// Transforms with another key than the one that was given.
    static func lie(_ fragment: VerifiedKeyFragment, _ capsule: Capsule) throws -> [UInt8] {
        let given = fragment.fragment
        let forged = KeyFragment(
            id: given.id, key: Scalar.random(), precursor: given.precursor, commitment: given.commitment,
            signatureForProxy: given.signatureForProxy, signatureForReceiver: given.signatureForReceiver,
            signedKeys: given.signedKeys)
        return try VerifiedKeyFragment(trusting: forged).reencrypt(capsule).simple
    }
}
