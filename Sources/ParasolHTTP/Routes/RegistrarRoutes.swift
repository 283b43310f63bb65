internal import HTTPTypes
package import ServiceProtocols
internal import SharingContracts

/// A registrar over HTTP.
///
/// - Rule: whoever redeems a code need not sign; everything else only the registrar's own member may ask for.
/// - Why: nobody knows the invited before they are enrolled, and their request has the new key's signature in it.
/// - Consequence: what redeeming costs is limited by address, at the price of many ordinary requests. A code stands in no path: paths
///   are logged.
package enum RegistrarRoutes {
    /// How many ordinary requests an attempt counts as: of an address, one a second in the long run.
    private static let redeemingCost = 200.0

    package static func routes(_ registrar: any Registering) -> [Route] {
        [
            Route(
                .post, "/v1/invitations", access: .signers([.member]), accepts: MediaType.invitationTerms,
                maximumBodyBytes: InvitationTerms.maximumBytes, cost: 10, answers: [200: MediaType.issuedInvitation],
                refusals: [422, 507]
            ) { request in
                try demandOwnMember(request, of: registrar)
                let issued = try await registrar.invite(try InvitationTerms(encoded: request.body))
                return Answer(
                    try issued.encoded(), type: MediaType.issuedInvitation, fields: [.cacheControl: "no-store"])
            },
            Route(
                .get, "/v1/invitations", access: .signers([.member]), cost: 4, answers: [200: MediaType.invitations]
            ) { request in
                try demandOwnMember(request, of: registrar)
                let number = try AdmittedRequest.decimal(try request.query("after")["after"], "after")
                let invitations = try await registrar.invitations(after: number)
                return Answer(
                    try WireCoding.encode(entries: try invitations.map { try $0.encoded() }),
                    type: MediaType.invitations, fields: [.cacheControl: "no-store"])
            },
            Route(
                .delete, "/v1/invitations/{number}", access: .signers([.member]), cost: 4, answers: [204: ""],
                refusals: [409]
            ) { request in
                try demandOwnMember(request, of: registrar)
                let number = try request.parameter("number") { text in
                    UInt64(text).flatMap { "\($0)" == text ? $0 : nil }
                }
                try await registrar.revokeInvitation(number)
                return Answer(status: .noContent)
            },
            Route(
                .post, "/v1/enrolments", access: .anyone, accepts: MediaType.enrolment,
                maximumBodyBytes: EnrolmentCall.maximumBytes, cost: redeemingCost,
                answers: [200: MediaType.receipt], refusals: [409, 410, 422, 502]
            ) { request in
                let call = try KeyServiceRoutes.parsed { try EnrolmentCall(encoded: request.body) }
                let receipt = try await registrar.redeem(call.code, request: call.request)
                return Answer(
                    try WireCoding.encode(receipt), type: MediaType.receipt, fields: [.cacheControl: "no-store"])
            },
        ]
    }

    private static func demandOwnMember(
        _ request: AdmittedRequest, of registrar: any Registering
    ) throws(RequestRefusal) {
        guard request.requester?.member == registrar.member else { throw .notAllowed }
    }
}
