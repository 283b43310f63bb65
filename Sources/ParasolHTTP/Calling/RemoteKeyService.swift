internal import HTTPTypes
package import Octets
package import ServiceProtocols
package import SharingContracts

/// A key service on another machine.
package struct RemoteKeyService: KeyIssuing {
    package let identity: IdentityID
    private let service: RemoteService<KeyServiceError>

    /// - Parameter identity: Whose it is, as the ledger says.
    package init(_ server: ServerConnection, identity: IdentityID) {
        self.identity = identity
        service = RemoteService(server: server)
    }

    package func openShare(
        for folder: FolderID, keys: FolderOpeningKeys, proof: [UInt8]
    ) async throws(KeyServiceError) -> PublicShare {
        let call = Call.send(
            "/v1/shares", ShareOpening(folder: folder, keys: keys, proof: proof).encoded,
            type: MediaType.shareOpening, atMost: 97, isIdempotent: true)
        return try await service.answer(call, type: MediaType.publicShare) { bytes in
            let bytes = try RemoteService<KeyServiceError>.exactly(97, bytes)
            return PublicShare(point: Array(bytes.prefix(33)), proof: Array(bytes.dropFirst(33)))
        }
    }

    package func countersign(_ transaction: [UInt8]) async throws(KeyServiceError) -> [UInt8] {
        let call = Call.send(
            "/v1/countersignatures", transaction, type: MediaType.transaction, atMost: 64, isIdempotent: true)
        return try await service.answer(call, type: MediaType.signature) { bytes in
            try RemoteService<KeyServiceError>.exactly(64, bytes)
        }
    }

    package func issueHalves(
        for consent: ConsentID, request: SecretOctets, authorization: [UInt8]
    ) async throws(KeyServiceError) -> IssuedHalves {
        // TLS needs the bytes as they are; what it copies of them is beyond wiping.
        let content = unsafe request.withUnsafeBytes { unsafe Array($0) }
        let call = Call.send(
            "/v1/consents/\(consent)/halves", IssuanceCall(authorization: authorization, request: content).encoded,
            type: MediaType.issuanceRequest, atMost: IssuedHalves.maximumBytes, isIdempotent: true)
        return try await service.answer(call, type: MediaType.issuedHalves) { try IssuedHalves(encoded: $0) }
    }

    package func decapsulate(request: Receipt, capsules: [[UInt8]]) async throws(KeyServiceError) -> Transformation {
        let content = try service.encoded { try AccessProof(receipt: request, capsules: capsules).encoded() }
        let call = Call.send(
            "/v1/decapsulations", content, type: MediaType.accessProof, atMost: Transformation.maximumBytes,
            isIdempotent: true)
        return try await service.answer(call, type: MediaType.transformation) { try Transformation(encoded: $0) }
    }

    package func destroyErasedShares() async throws(KeyServiceError) -> [FolderID] {
        try await service.answer(.empty("/v1/destructions", atMost: 1 << 20), type: MediaType.identifiers) {
            try RemoteService<KeyServiceError>.identifiers($0)
        }
    }
}

extension Call {
    /// A request for something to be done that needs no content, and may be asked for twice.
    static func empty(
        _ target: String, by method: HTTPRequest.Method = .post, atMost maximumAnswerBytes: Int
    ) -> Call {
        Call(
            method: method, target: target, fields: [:], contentType: nil, content: [], alsoExpects: [],
            maximumAnswerBytes: maximumAnswerBytes, isIdempotent: true)
    }
}
