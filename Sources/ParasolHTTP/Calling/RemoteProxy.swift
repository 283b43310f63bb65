internal import HTTPTypes
package import ServiceProtocols
package import SharingContracts

/// A proxy on another machine.
package struct RemoteProxy: Transforming {
    package let identity: IdentityID
    private let service: RemoteService<ProxyError>

    /// - Parameter identity: Whose it is, as the ledger says.
    package init(_ server: ServerConnection, identity: IdentityID) {
        self.identity = identity
        service = RemoteService(server: server)
    }

    package func install(_ delivery: FragmentDelivery) async throws(ProxyError) {
        let content = try service.encoded { try delivery.encoded() }
        let call = Call.send(
            "/v1/consents/\(delivery.consent)/fragment", content, type: MediaType.fragmentDelivery, by: .put, atMost: 0,
            isIdempotent: true)
        try await service.head(call) { _ in }
    }

    package func transform(request: Receipt, capsules: [[UInt8]]) async throws(ProxyError) -> Transformation {
        let content = try service.encoded { try AccessProof(receipt: request, capsules: capsules).encoded() }
        let call = Call.send(
            "/v1/transforms", content, type: MediaType.accessProof, atMost: Transformation.maximumBytes,
            isIdempotent: true)
        return try await service.answer(call, type: MediaType.transformation) { try Transformation(encoded: $0) }
    }

    package func destroyEndedFragments() async throws(ProxyError) -> [ConsentID] {
        try await service.answer(.empty("/v1/fragment-destructions", atMost: 1 << 20), type: MediaType.identifiers) {
            try RemoteService<ProxyError>.identifiers($0)
        }
    }
}
