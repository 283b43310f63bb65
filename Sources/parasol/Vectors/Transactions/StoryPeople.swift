import Octets
import SharingContracts
import Umbral

/// Who takes part in the story: five members, and identities that they have enrolled.
struct StoryPeople {
    let members: [MemberID]
    let keyService: IdentityID
    let depositor: IdentityID
    let doctor: IdentityID
    let otherDoctor: IdentityID
    let auditor: IdentityID
    /// Ascending, each of another member.
    let proxies: [IdentityID]
    /// The doctor's.
    let receivingKey: PublicKey

    /// Founds the ledger and enrols everybody.
    init(founding ledger: inout StoryLedger) throws {
        members = (0..<5).map { _ in ledger.identifier() }.sorted()
        var list: [Member] = []
        for (index, id) in members.enumerated() {
            let key = try ledger.newSigningKey(for: id.signer)
            list.append(Member(id: id, name: "Member \(index + 1)", signingKey: key))
        }
        try ledger.submit(
            .ledgerFounded(
                LedgerFounded(
                    origin: StoryLedger.origin, members: list, witnessPolicy: StoryLedger.witnessPolicy)),
            by: members.map(\.signer))
        keyService = try Self.enrol(.keyService, by: members[0], on: &ledger).id
        depositor = try Self.enrol(.depositor, by: members[1], on: &ledger).id
        let doctor = try Self.enrol(.doctor, by: members[2], on: &ledger)
        self.doctor = doctor.id
        guard let key = doctor.receivingKey else { throw StoryError.noKey(doctor.id.signer) }
        receivingKey = key
        otherDoctor = try Self.enrol(.doctor, by: members[2], on: &ledger).id
        auditor = try Self.enrol(.auditor, by: members[3], on: &ledger).id
        var proxies: [IdentityID] = []
        for member in members { proxies.append(try Self.enrol(.proxy, by: member, on: &ledger).id) }
        self.proxies = proxies.sorted()
    }

    private static func enrol(
        _ role: Role, by member: MemberID, on ledger: inout StoryLedger
    ) throws -> (id: IdentityID, receivingKey: PublicKey?) {
        let identity: IdentityID = ledger.identifier()
        let receivingKey = role == .doctor ? SecretKey.random(using: &ledger.generator).publicKey : nil
        var sealingKey: SealingKey?
        if role == .proxy {
            let seed = SecretOctets(copying: ledger.bytes(OpeningKey.seedByteCount))
            sealingKey = try OpeningKey(seed: seed).sealingKey
        }
        let body = IdentityEnrolled(
            identity: identity, member: member, role: role,
            signingKey: try ledger.newSigningKey(for: identity.signer), receivingKey: receivingKey,
            sealingKey: sealingKey)
        try ledger.submit(.identityEnrolled(body), by: member.signer, identity.signer)
        return (identity, receivingKey)
    }
}
