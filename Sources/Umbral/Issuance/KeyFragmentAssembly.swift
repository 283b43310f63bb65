public import Octets
import Secp256k1

/// The proxy's part of issuing: opens the two halves, adds them, and keeps the sum only if it is what the folder signed.
public struct KeyFragmentAssembly: Sendable {
    private let openingKey: OpeningKey
    private let proxy: FixedOctets<16>
    private let consent: FixedOctets<16>

    /// - Parameters:
    ///   - openingKey: the proxy's own.
    ///   - proxy: the proxy's own identifier.
    ///   - consent: the consent that the halves must have been made for.
    public init(openingKey: OpeningKey, proxy: FixedOctets<16>, consent: FixedOctets<16>) {
        self.openingKey = openingKey
        self.proxy = proxy
        self.consent = consent
    }

    /// The standard Umbral key fragment that the halves add up to.
    ///
    /// - Parameters:
    ///   - verifyingKey: what the folder signs fragments with.
    ///   - delegatingKey: the folder's A.
    ///   - receivingKey: the grantee's B.
    /// - Throws: ``IssuanceError``: a half that does not open, halves of different fragments, a sum that is not the signed
    ///   one (naming the side), a signature that does not cover these keys.
    /// - Complexity: two decapsulations, a constant-time multiplication and a signature check.
    public func fragment(
        patientHalf: SealedHalf, serviceHalf: SealedHalf, verifyingKey: PublicKey, delegatingKey: PublicKey,
        receivingKey: PublicKey
    ) throws(IssuanceError) -> VerifiedKeyFragment {
        try Self.fragment(
            patientHalf: patientHalf.openedAsPatientHalf(by: openingKey, proxy: proxy, consent: consent),
            serviceHalf: serviceHalf.openedAsServiceHalf(by: openingKey, proxy: proxy, consent: consent),
            verifyingKey: verifyingKey, delegatingKey: delegatingKey, receivingKey: receivingKey)
    }

    /// The same of halves that have been opened.
    package static func fragment(
        patientHalf: PatientHalf, serviceHalf: ServiceHalf, verifyingKey: PublicKey, delegatingKey: PublicKey,
        receivingKey: PublicKey
    ) throws(IssuanceError) -> VerifiedKeyFragment {
        guard patientHalf.id == serviceHalf.id else { throw .differentFragments }
        let key: Scalar
        do { key = try patientHalf.key.adding(serviceHalf.key) } catch { throw .degenerate(.fragmentKey) }
        let fragment = KeyFragment(
            id: patientHalf.id, key: key, precursor: patientHalf.precursor,
            commitment: EncodedPoint(patientHalf.sum),
            signatureForProxy: patientHalf.signature, signatureForReceiver: patientHalf.signature, signedKeys: .both)
        do throws(UmbralError) {
            return try fragment.verified(
                by: verifyingKey, delegatingKey: delegatingKey, receivingKey: receivingKey)
        } catch {
            guard error == .keyFragmentCommitmentInvalid else { throw .signatureInvalid }
            let service = UmbralParameters.secondGenerator.multiplied(by: serviceHalf.key)
            throw .wrongHalf(of: service == patientHalf.serviceCommitment ? .patient : .service)
        }
    }
}
