import ParasolClient
import ServiceProtocols
import SharingContracts

/// A new invitation, with what its holder is to type.
struct IssuedInvitationReport: PeopleReport {
    let number: UInt64
    let role, code, member, registrar, expires: String

    init(_ issued: IssuedInvitation, of member: MemberID, at registrar: ServiceURL) {
        number = issued.invitation.number
        role = issued.invitation.role.rawValue
        code = issued.code.spelled
        self.member = "\(member)"
        self.registrar = registrar.text
        expires = "\(issued.invitation.expires)"
    }

    var lines: [String] {
        let command: String? =
            switch role {
            case Role.doctor.rawValue: "doctor"
            case Role.depositor.rawValue: "deposit"
            case Role.auditor.rawValue: "audit"
            default: nil
            }
        var lines = ["Invitation \(number), for one \(role), until \(expires)", "  code  \(code)"]
        lines.append("  It is shown this once. Whoever has it first is enrolled: give it to nobody but whom it is for.")
        if let command {
            lines.append(
                "  next: parasol \(command) init --member \(member) --network network.json --registrar \(registrar) "
                    + "--invitation \(code)")
        }
        return lines
    }
}

struct InvitationsReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let number: UInt64
        let role, state, expires: String
        let identity: String?
        let failures: Int
        let note: String

        init(_ invitation: Invitation, now: Timestamp) {
            number = invitation.number
            role = invitation.role.rawValue
            let told: (state: String, identity: String?) =
                switch invitation.state {
                case .open where invitation.failures >= RegistrarLimits.failures: ("failed", nil)
                case .open: (invitation.isOpen(at: now) ? "open" : "expired", nil)
                case .revoked: ("revoked", nil)
                case .pending(let identity): ("pending", "\(identity)")
                case .used(let identity, _): ("used", "\(identity)")
                }
            (state, identity) = told
            expires = "\(invitation.expires)"
            failures = invitation.failures
            note = invitation.note
        }
    }

    let invitations: [Row]

    /// - Parameter all: Else those that are open or on their way.
    static func of(_ registrar: any Registering, all: Bool, now: Timestamp) async throws -> InvitationsReport {
        var rows: [Row] = []
        var last: UInt64 = 0
        while true {
            let page = try await registrar.invitations(after: last)
            guard let end = page.last, end.number > last else { break }
            last = end.number
            rows += page.map { Row($0, now: now) }.filter { all || ["open", "pending"].contains($0.state) }
        }
        return InvitationsReport(invitations: rows)
    }

    var lines: [String] {
        TextTable(
            titles: ["NUMBER", "ROLE", "STATE", "EXPIRES", "IDENTITY", "NOTE"],
            rows: invitations.map {
                ["\($0.number)", $0.role, $0.state, String($0.expires.prefix(16)), $0.identity ?? "-", $0.note]
            }, empty: "No invitations."
        ).lines
    }
}

struct RevokedInvitationReport: PeopleReport {
    let number: UInt64
    var lines: [String] { ["Invitation \(number) is revoked: its code enrols nobody any more"] }
}

struct RegistrarFolderReport: PeopleReport {
    let folder, member: String
    var lines: [String] {
        ["Made \(folder): the registrar of member \(member)", "  next: parasol serve --role registrar --folder …"]
    }
}
