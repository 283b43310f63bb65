internal import HTTPTypes
package import ServiceProtocols
package import SharingContracts

/// A registrar on another machine. Its receipts are for whoever redeems to verify: a registrar that is none can only keep a code to
/// itself.
package struct RemoteRegistrar: Registering {
    package let member: MemberID
    private let service: RemoteService<RegistrarError>

    /// - Parameter member: Whose it is.
    package init(_ server: ServerConnection, member: MemberID) {
        self.member = member
        service = RemoteService(server: server)
    }

    package func invite(_ terms: InvitationTerms) async throws(RegistrarError) -> IssuedInvitation {
        // Arriving twice it makes two, of which nobody has the first one's code.
        let call = Call.send(
            "/v1/invitations", try service.encoded { try terms.encoded() }, type: MediaType.invitationTerms,
            atMost: IssuedInvitation.maximumBytes, isIdempotent: false)
        return try await service.answer(call, type: MediaType.issuedInvitation) { try IssuedInvitation(encoded: $0) }
    }

    package func invitations(after number: UInt64) async throws(RegistrarError) -> [Invitation] {
        let call = Call.get(
            "/v1/invitations?after=\(number)", atMost: RegistrarLimits.listed * (2 + Invitation.maximumBytes))
        return try await service.answer(call, type: MediaType.invitations) { bytes in
            let invitations = try WireCoding.entries(bytes).map { try Invitation(encoded: $0) }
            let ascend = zip(invitations, invitations.dropFirst()).allSatisfy { $0.number < $1.number }
            guard invitations.count <= RegistrarLimits.listed, ascend, invitations.allSatisfy({ $0.number > number })
            else { throw CallFailure.badAnswer("\(invitations.count) invitations out of their order") }
            return invitations
        }
    }

    package func revokeInvitation(_ number: UInt64) async throws(RegistrarError) {
        try await service.head(.empty("/v1/invitations/\(number)", by: .delete, atMost: 0)) { _ in }
    }

    package func redeem(_ code: InvitationCode, request: [UInt8]) async throws(RegistrarError) -> Receipt {
        let call = Call.send(
            "/v1/enrolments", EnrolmentCall(code: code, request: request).encoded, type: MediaType.enrolment,
            atMost: WireLimits.receiptBytes, isIdempotent: true)
        return try await service.answer(call, type: MediaType.receipt) { try WireCoding.receipt($0) }
    }
}
