import ArgumentParser
import Foundation
import ParasolClient
import ServiceProtocols
import SharingContracts

/// `--registrar`: where an organisation's registrar answers.
struct RegistrarOption: ParsableArguments {
    @Option(
        help: "Where the organisation's registrar answers: https://HOST[:PORT]/registrar.",
        transform: serviceURLArgument)
    var registrar: ServiceURL
}

/// `--invitation` and `--registrar`, where somebody was invited.
struct InvitationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The code of your organisation's invitation: you are enrolled at once. `-` reads it from the standard input, where \
            others could see what you type as arguments.
            """, valueName: "code"))
    var invitation: String?

    @Option(
        help: "Where the organisation's registrar answers: https://HOST[:PORT]/registrar.",
        transform: serviceURLArgument)
    var registrar: ServiceURL?

    func validate() throws {
        guard (invitation == nil) == (registrar == nil) else {
            throw ValidationError("--invitation and --registrar go together.")
        }
    }

    /// What was given; nil where nobody was invited. Reads the standard input where it is told to.
    ///
    /// - Throws: `InvitationCodeError`, of a code with a mistake: before anything is made or asked.
    func invited() throws -> Invited? {
        guard let invitation, let registrar else { return nil }
        return try Invited(invitation, registrar: registrar)
    }
}

/// A code and where it counts.
struct Invited: Sendable {
    let code: InvitationCode
    let registrar: ServiceURL

    init(code: InvitationCode, registrar: ServiceURL) {
        self.code = code
        self.registrar = registrar
    }

    /// - Parameter text: The code, or `-` for a line of the standard input.
    /// - Throws: `InvitationCodeError`.
    init(_ text: String, registrar: ServiceURL) throws {
        let typed = text == "-" ? readLine(strippingNewline: true) ?? "" : text
        self.init(code: try InvitationCode(typed: typed), registrar: registrar)
    }
}

@Sendable func serviceURLArgument(_ text: String) throws -> ServiceURL {
    do throws(ServiceURL.Flaw) { return try ServiceURL(text) } catch { throw ValidationError("\(text): \(error).") }
}

extension RegistrarConnecting {
    /// Runs `body` with a registrar, whose connection is ended afterwards.
    func connected<Value>(
        to url: ServiceURL, of member: MemberID, in network: Network, as caller: TransactionSigner?,
        _ body: (any Registering) async throws -> Value
    ) async throws -> Value {
        let connection = try await registrar(at: url, of: member, in: network, as: caller)
        let value: Value
        do { value = try await body(connection.registrar) } catch {
            await connection.close()
            throw error
        }
        await connection.close()
        return value
    }

    /// Hands an enrolment request in with a code.
    func enrol(
        _ request: EnrollmentRequest, invited: Invited, in network: Network
    ) async throws -> EnrollmentReport {
        let enrolment = request.enrollment
        return try await connected(to: invited.registrar, of: enrolment.member, in: network, as: nil) { registrar in
            _ = try await request.redeem(invited.code, at: registrar, trust: network.trust)
            return EnrollmentReport(enrolment)
        }
    }
}

extension OpenedProfile {
    /// Runs an errand at the registrar of this profile's organisation.
    func atRegistrar<Value>(
        _ url: ServiceURL, connecting: any RegistrarConnecting, _ errand: (any Registering) async throws -> Value
    ) async throws -> Value {
        let signer = try await signer()
        return try await connecting.connected(to: url, of: MemberID(signer.id), in: network, as: signer, errand)
    }
}

extension Home {
    /// The request that an `init` left for a profile.
    func request(of name: ProfileName) throws -> EnrollmentRequest {
        try EnrollmentRequest(serialized: try SigningFile.bytes(requestPath(name)))
    }
}
