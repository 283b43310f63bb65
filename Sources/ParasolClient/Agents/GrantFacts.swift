import SharingContracts
import Umbral

/// What the ledger says that a doctor must know to open a record.
struct GrantFacts: Sendable {
    /// What they are of.
    struct Key: Hashable {
        let consent: ConsentID
        let record: RecordID
    }

    let terms: ConsentGranted
    let record: Record
    let precursor: PublicKey
    let delegatingKey: PublicKey
    let verifyingKey: PublicKey

    /// - Throws: ``ClientError/unknown(_:)``, also where the consent's keys are not issued yet.
    init(of consent: ConsentID, record: RecordID, in state: WorldState) throws(ClientError) {
        guard let granted = state.consent(consent), let folder = state.folder(granted.terms.folder) else {
            throw .unknown("consent \(consent)")
        }
        guard let keys = granted.keys else { throw .unknown("keys of consent \(consent): they are not issued yet") }
        guard let found = state.record(record) else { throw .unknown("record \(record)") }
        terms = granted.terms
        self.record = found
        precursor = keys.precursor
        delegatingKey = folder.delegatingKey
        verifyingKey = folder.verifyingKey
    }
}
