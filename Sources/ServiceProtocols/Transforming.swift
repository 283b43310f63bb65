package import SharingContracts

/// A proxy as its users see it.
package protocol Transforming: Sendable {
    /// The identity that the proxy signs with.
    var identity: IdentityID { get }

    /// Gives the proxy its fragment of an issued consent, in two sealed halves, of which the patient's carries the signature.
    ///
    /// Installing the same fragment again changes nothing. The consent's `KeysIssued` must be in a final checkpoint.
    func install(_ delivery: FragmentDelivery) async throws(ProxyError)

    /// Transforms the capsules of the records that an access request names, for the doctor whose request the receipt proves.
    ///
    /// The receipt and the proxy's own `Transformed` are durable before the answer leaves, sealed to the request's answer key:
    /// anybody may ask, and only the requester can read it. Asking again for the same request is answered with the same bytes.
    ///
    /// - Parameters:
    ///   - request: The receipt of the `AccessRequested`.
    ///   - capsules: Each record's capsule, 98 bytes, in the request's order: all of them, or nothing is answered.
    func transform(request: Receipt, capsules: [[UInt8]]) async throws(ProxyError) -> Transformation

    /// Destroys every fragment whose consent the ledger has ended, and says so on the ledger.
    ///
    /// - Returns: The consents whose fragments were destroyed now.
    func destroyEndedFragments() async throws(ProxyError) -> [ConsentID]
}

extension Transforming {
    /// The same for a request of one record.
    package func transform(request: Receipt, capsule: [UInt8]) async throws(ProxyError) -> Transformation {
        try await transform(request: request, capsules: [capsule])
    }
}

/// One proxy's key fragment on its way: both halves sealed to the proxy, and what the patient signed about their sum.
package struct FragmentDelivery: Hashable, Sendable {
    package let consent: ConsentID
    /// The patient's half with the signed commitment, sealed to the proxy (Protocols/split-issuance.md).
    package let patientHalf: [UInt8]
    /// The key service's half, sealed to the proxy.
    package let serviceHalf: [UInt8]

    package init(consent: ConsentID, patientHalf: [UInt8], serviceHalf: [UInt8]) {
        self.consent = consent
        self.patientHalf = patientHalf
        self.serviceHalf = serviceHalf
    }
}
