import Crypto
import LedgerReplica
import Octets
import ParasolClient
import SharingContracts
import TransparencyLog
import Umbral

/// Whose key is whose, as it was proved.
struct LookUpReport: PeopleReport {
    /// What the ledger says where nothing has ended it, and what is proved where something has.
    enum Status: String, Encodable, Sendable { case active, retired, erased }

    struct Leaf: Encodable, Sendable {
        let leaf: UInt64
        let time: String
    }

    let id, kind: String
    let status: Status
    /// The organisation that vouches for an identity.
    let member, organisation: String?
    let signingKey: String
    /// A doctor's, to which keys are made out.
    let receivingKey: String?
    /// A folder's, to which records are sealed, and the key service that holds the other half.
    let delegatingKey, keyService: String?
    /// A proxy's, to which its fragments are sealed: too long for people to compare, who get its SHA-256.
    let sealingKey, sealingKeyDigest: String?
    let since: Leaf
    let ended: Leaf?
    /// Leaves below the checkpoint under which it was looked up, and when the witnesses cosigned it.
    let checkpoint: UInt64
    let asOf: String
    /// Always: what is not proved is not printed.
    let isProved: Bool

    /// - Parameter vouching: The member that vouches, looked up as well.
    init(_ found: ProvenSigner, vouching: ProvenSigner?) {
        id = "\(found.id)"
        kind = found.standing.name
        signingKey = "\(found.signingKey)"
        sealingKey = found.sealingKey.map { $0.serialized.hexadecimal }
        sealingKeyDigest = found.sealingKey.map { Array(SHA256.hash(data: $0.serialized)).hexadecimal }
        member = vouching.map { "\($0.id)" }
        var (receiving, delegating, service): (String?, String?, String?)
        var over = Status.retired
        var name: String?
        switch found.standing {
        case .identity(let enrolment): receiving = enrolment.receivingKey.map { "\($0)" }
        case .folder(let opening):
            (delegating, service) = ("\(opening.delegatingKey)", "\(opening.keyService)")
            over = .erased
        case .member(let member): name = member.name
        }
        if case .member(let member)? = vouching?.standing { name = member.name }
        organisation = name
        (receivingKey, delegatingKey, keyService) = (receiving, delegating, service)
        status = found.isEnded ? over : .active
        since = Leaf(leaf: found.began.index, time: "\(found.began.entry.sequencedAt)")
        ended = found.ended.map { Leaf(leaf: $0.index, time: "\($0.entry.sequencedAt)") }
        checkpoint = found.asOf.checkpoint.size
        asOf = "\(found.asOf.cosignedAt)"
        isProved = true
    }

    var lines: [String] {
        var lines = ["\(kind) \(id): \(status.rawValue)"]
        func add(_ name: String, _ value: String?) {
            if let value { lines.append("  " + name + String(repeating: " ", count: 16 - name.count) + value) }
        }
        add("organisation", organisation)
        add("member", member)
        add("key service", keyService)
        add("signing key", signingKey)
        add("receiving key", receivingKey)
        add("delegating key", delegatingKey)
        add("sealing key", sealingKeyDigest.map { "SHA-256 \($0)" })
        add("since", "leaf \(since.leaf), \(since.time)")
        add(status.rawValue, ended.map { "leaf \($0.leaf), \($0.time)" })
        add("proved", "in a checkpoint of \(checkpoint) leaves, cosigned by the witnesses at \(asOf)")
        return lines
    }
}
