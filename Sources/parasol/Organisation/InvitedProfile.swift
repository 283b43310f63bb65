import ParasolClient
import ServiceProtocols

extension PersonOptions {
    /// Makes a profile, and has its key enrolled where its holder was invited.
    ///
    /// The profile stays where the enrolment did not come about: the same code goes on with it, by `enroll`.
    func make(
        _ kind: ProfileKind, _ invitation: InvitationOptions,
        connecting: any RegistrarConnecting = Connection.registrars(),
        _ errand: (NewProfile) throws -> NewProfileReport
    ) async throws {
        try await reporting {
            let invited = try invitation.invited()
            let asking = TerminalAsking(passphraseFile: passphraseFile, isConfirmed: false)
            let new = NewProfile(home: try Home(option: home), name: try name(kind), asking: asking)
            return try await new.made(invited: invited, kind, connecting: connecting, errand)
        }
    }
}

extension NewProfile {
    /// Makes a profile by `errand`, and has its request enrolled.
    func made(
        invited: Invited?, _ kind: ProfileKind, connecting: any RegistrarConnecting,
        _ errand: (NewProfile) throws -> NewProfileReport
    ) async throws -> InvitedProfileReport {
        let made = try errand(self)
        guard let invited else { return InvitedProfileReport(made: made, enrolled: nil, failure: nil, next: made.next) }
        do {
            _ = try await connecting.enrol(try home.request(of: name), invited: invited, in: try home.network())
            return InvitedProfileReport(made: made, enrolled: true, failure: nil, next: nil)
        } catch {
            return InvitedProfileReport(
                made: made, enrolled: false, failure: "\(error)",
                next: "parasol \(kind.commandName) enroll --registrar \(invited.registrar) --invitation CODE")
        }
    }
}

/// What `init` prints of a profile whose holder may have been invited.
struct InvitedProfileReport: PeopleReport {
    let made: NewProfileReport
    /// Nil where nobody was invited.
    let enrolled: Bool?
    let failure, next: String?

    var isUnfinished: Bool { enrolled == false }

    var lines: [String] {
        guard let enrolled else { return made.lines }
        var lines = Array(made.lines.dropLast())
        lines.append(enrolled ? "  Enrolled: the ledger knows this identity" : "  Not enrolled: \(failure ?? "")")
        if let next { lines.append("  next: \(next)") }
        return lines
    }

    private enum Keys: CodingKey { case enrolled, failure, next }

    func encode(to encoder: any Encoder) throws {
        try made.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        guard let enrolled else { return }
        try container.encode(enrolled, forKey: .enrolled)
        try container.encodeIfPresent(failure, forKey: .failure)
        try container.encode(next ?? "", forKey: .next)
    }
}
