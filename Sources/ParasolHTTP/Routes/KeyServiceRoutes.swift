internal import HTTPTypes
internal import Octets
package import ServiceProtocols
internal import SharingContracts

/// A key service over HTTP.
///
/// `openShare` and `countersign` may be asked by nobody the ledger knows, for they come before a folder is open; a proof of
/// knowledge and signatures are what counts there, and what they cost is limited by address.
package enum KeyServiceRoutes {
    package static func routes(
        _ service: any KeyIssuing, issue: Access = .enrolled,
        maintain: Access = .enrolled
    ) -> [Route] {
        [
            Route(
                .post, "/v1/shares", access: .anyone, accepts: MediaType.shareOpening,
                maximumBodyBytes: ShareOpening.bytes, cost: 20, answers: [200: MediaType.publicShare],
                refusals: refusals
            ) { request in
                let opening = try parsed { try ShareOpening(encoded: request.body) }
                let share = try await service.openShare(
                    for: opening.folder, keys: opening.keys, proof: opening.proof)
                return Answer(share.point + share.proof, type: MediaType.publicShare)
            },
            Route(
                .post, "/v1/countersignatures", access: .anyone, accepts: MediaType.transaction,
                maximumBodyBytes: Limits.signedTransactionBytes, cost: 20, answers: [200: MediaType.signature],
                refusals: refusals
            ) { request in
                Answer(try await service.countersign(request.body), type: MediaType.signature)
            },
            Route(
                .post, "/v1/consents/{consent}/halves", access: issue, accepts: MediaType.issuanceRequest,
                maximumBodyBytes: IssuanceCall.maximumBytes, cost: 20, answers: [200: MediaType.issuedHalves],
                refusals: refusals
            ) { request in
                let consent: ConsentID = try request.parameter("consent") { try LedgerRoutes.canonical($0) }
                let call = try parsed { try IssuanceCall(encoded: request.body) }
                let halves = try await service.issueHalves(
                    for: consent, request: SecretOctets(copying: call.request), authorization: call.authorization)
                return Answer(
                    try halves.encoded(), type: MediaType.issuedHalves, fields: [.cacheControl: "no-store"])
            },
            Route(
                .post, "/v1/decapsulations", access: issue, accepts: MediaType.accessProof,
                maximumBodyBytes: AccessProof.maximumBytes, cost: 20, answers: [200: MediaType.transformation],
                refusals: refusals
            ) { request in
                let proof = try parsed { try AccessProof(encoded: request.body) }
                let answer = try await service.decapsulate(request: proof.receipt, capsules: proof.capsules)
                return Answer(
                    try answer.encoded(), type: MediaType.transformation, fields: [.cacheControl: "no-store"])
            },
            Route(
                .post, "/v1/destructions", access: maintain, cost: 20, answers: [200: MediaType.identifiers],
                refusals: refusals
            ) { _ in
                let folders = try await service.destroyErasedShares()
                return Answer(folders.flatMap(\.bytes), type: MediaType.identifiers)
            },
        ]
    }

    /// Of the service, and of the ledger that it asks.
    private static let refusals: Set<Int> = [409, 410, 422]

    /// What does not parse is the request's fault, not the service's.
    static func parsed<Value>(_ body: () throws -> Value) throws(RequestRefusal) -> Value {
        do { return try body() } catch { throw .malformed("\(error)") }
    }
}
