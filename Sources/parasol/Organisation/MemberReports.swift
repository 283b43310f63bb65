import ParasolClient
import SharingContracts

struct IdentitiesReport: PeopleReport {
    struct Row: Encodable, Sendable {
        let identity, role, member: String
        let organisation: String?
        let enrolled: String
        let retired: String?

        init(_ identity: Identity, in state: WorldState) {
            self.identity = "\(identity.id)"
            role = identity.role.rawValue
            member = "\(identity.member)"
            organisation = state.member(identity.member)?.name
            enrolled = "\(identity.enrolled.time)"
            retired = identity.retired.map { "\($0.time)" }
        }

        fileprivate var cells: [String] {
            [
                identity, role, retired == nil ? "active" : "retired", String(enrolled.prefix(10)),
                organisation ?? member,
            ]
        }
    }

    let member: String
    let identities: [Row]

    var lines: [String] {
        TextTable(
            titles: ["IDENTITY", "ROLE", "STATE", "ENROLLED", "ORGANISATION"], rows: identities.map(\.cells),
            empty: "Nobody is enrolled."
        ).lines
    }
}

struct EnrollmentReport: PeopleReport {
    let identity, role, member, signingKey: String

    init(_ enrollment: IdentityEnrolled) {
        identity = "\(enrollment.identity)"
        role = enrollment.role.rawValue
        member = "\(enrollment.member)"
        signingKey = "\(enrollment.signingKey)"
    }

    var lines: [String] { ["Enrolled \(role) \(identity)"] }
}

struct RetirementReport: PeopleReport {
    let identity, role: String
    var lines: [String] { ["Retired \(role) \(identity): it signs nothing from the next checkpoint on"] }
}

struct SubmissionReport: PeopleReport {
    let transaction, kind: String
    var lines: [String] { ["\(kind) is on the ledger: transaction \(transaction)"] }
}

/// A document that members sign one after the other.
struct DocumentReport: PeopleReport {
    let file, kind, transaction, says: String
    /// Whom a founding names, with their keys; empty for other documents.
    let members: [String]
    let signed, missing: [String]

    init(_ document: SignedTransaction, file: String) {
        self.file = file
        kind = document.body.name
        transaction = "\(document.id)"
        says = document.body.summary
        if case .ledgerFounded(let founding) = document.body {
            members = founding.members.map { "\(MemberLine($0))" }
        } else {
            members = []
        }
        let status = SigningStatus(document)
        signed = status.signed.map { "\($0)" }
        missing = status.missing.map { "\($0)" }
    }

    var lines: [String] {
        var lines = ["\(file): \(kind): \(says)"]
        lines += members.map { "  \($0)" }
        lines += signed.map { "  signed by  \($0)" } + missing.map { "  missing    \($0)" }
        lines.append(
            missing.isEmpty
                ? "  next: parasol org submit \(file)" : "  next: give it to the next member: parasol org sign \(file)")
        return lines
    }
}
