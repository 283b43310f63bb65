import Octets
import SharingContracts

/// What a founding says of a member, as a line of text that its organisation hands out:
///
/// ```
/// member 8d21…32 digits… 02c4…66 digits… Saint Ursula Hospital
/// ```
///
/// The identifier, the P-256 key in SEC1 compressed form, both hexadecimal, and the name, which is the rest.
struct MemberLine: CustomStringConvertible {
    let member: Member

    init(_ member: Member) { self.member = member }

    /// - Throws: ``PeopleError/wrongDocument(_:)``.
    init(_ line: String) throws(PeopleError) {
        let fields = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4, fields[0] == "member", let id = try? MemberID(hexadecimal: fields[1]),
            let octets = try? FixedOctets<33>(hexadecimal: fields[2]), let key = SigningKey(compressed: octets)
        else { throw .wrongDocument("not a member's line: \"member IDENTIFIER KEY NAME\"") }
        let name = String(fields[3])
        let allowed = !name.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard (1...Limits.memberNameBytes).contains(name.utf8.count), allowed else {
            throw .wrongDocument("a member's name has 1 to \(Limits.memberNameBytes) bytes on one line")
        }
        member = Member(id: id, name: name, signingKey: key)
    }

    /// The lines of a file; empty ones do not count.
    static func members(in text: String) throws(PeopleError) -> [Member] {
        var members: [Member] = []
        for line in text.split(separator: "\n") { members.append(try MemberLine(String(line)).member) }
        return members
    }

    var description: String { "member \(member.id) \(member.signingKey) \(member.name)" }
}
