/// Every domain tag of split issuance, in one place: no two uses may share one, and none is one of the scheme's.
///
/// Protocols/split-issuance.md lists what is hashed under each.
enum IssuanceTag {
    /// Challenge of the proof of knowledge of a share.
    static let shareProof: StaticString = "PARASOL/SPLIT-ISSUANCE/V1/SHARE-PROOF"
    /// Challenge of the proof that the service's polynomial begins with its share over d.
    static let serviceProof: StaticString = "PARASOL/SPLIT-ISSUANCE/V1/SERVICE-PROOF"
    /// Challenge of the proof of a partial decapsulation.
    static let decapsulationProof: StaticString = "PARASOL/SPLIT-ISSUANCE/V1/DECAPSULATION-PROOF"
    /// Begins the HPKE `info` of a sealed half.
    static let sealedHalf: StaticString = "PARASOL/SPLIT-ISSUANCE/V1/SEALED-HALF"
}
