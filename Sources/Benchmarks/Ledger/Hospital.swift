import Octets
import SharingContracts
import Umbral

/// Who takes part in the load: five members, their key service, three proxies of three members, depositors and doctors.
struct Hospital: Sendable {
    /// An enrolled identity that signs.
    struct Person: Sendable {
        let id: IdentityID
        let signer: LoadSigner
    }

    let origin: String
    let keyService: Person
    let depositors: [Person]
    let doctors: [Person]
    /// Ascending by identifier, as a consent lists them.
    let proxies: [Person]
    /// The founding and every enrolment, valid in this order.
    let opening: [LoadTransaction]

    /// - Parameter witnessPolicy: What the ledger runs under; the founding repeats it.
    init(origin: String, witnessPolicy: String) throws {
        self.origin = origin
        var generator = SystemRandomNumberGenerator()
        let members = (0..<5).map { _ in MemberID.random(using: &generator) }.sorted()
        let signers = members.map { LoadSigner($0.signer, origin: origin) }
        let founding = LedgerFounded(
            origin: origin,
            members: zip(members, signers).enumerated().map { number, member in
                Member(id: member.0, name: "Member \(number + 1)", signingKey: member.1.key)
            }, witnessPolicy: witnessPolicy)
        var opening = [try LoadTransaction(.ledgerFounded(founding), by: signers)]

        func enroll(_ role: Role, by number: Int) throws -> Person {
            let id = IdentityID.random(using: &generator)
            let person = Person(id: id, signer: LoadSigner(id.signer, origin: origin))
            let body = IdentityEnrolled(
                identity: id, member: members[number % members.count], role: role, signingKey: person.signer.key,
                receivingKey: role == .doctor ? SecretKey.random().publicKey : nil,
                sealingKey: role == .proxy ? try OpeningKey.random().sealingKey : nil)
            opening.append(
                try LoadTransaction(
                    .identityEnrolled(body), by: [signers[number % members.count], person.signer]))
            return person
        }

        keyService = try enroll(.keyService, by: 0)
        depositors = try (0..<8).map { try enroll(.depositor, by: $0) }
        doctors = try (0..<16).map { try enroll(.doctor, by: $0) }
        proxies = try (0..<3).map { try enroll(.proxy, by: $0) }.sorted { $0.id < $1.id }
        self.opening = opening
    }
}
