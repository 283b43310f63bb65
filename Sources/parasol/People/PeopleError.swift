import ParasolClient
import SharingContracts

/// Why a command for people could not be done, before or besides what the services say. Each says what to do next.
enum PeopleError: Error, Hashable {
    // The folder that profiles live in.

    case noHome
    case unusableHome(path: String, reason: String)
    case badProfileName(String)

    // The network.

    case noNetwork(path: String)
    case unreadable(path: String, reason: String)
    case network(path: String, NetworkError)
    /// The folder belongs to another network than the one that is offered.
    case otherNetwork(path: String, offered: String)
    /// The network file states another policy than the profile was made under.
    case otherPolicy(path: String)

    // The profile.

    case noProfile(path: String, ProfileKind)
    case wrongKind(path: String, found: ProfileKind, wanted: ProfileKind)
    case profile(ProfileError)

    // The passphrase.

    case noTerminal
    case passphraseFile(path: String, PassphraseFileFlaw)
    case passphraseMismatch
    case interrupted

    // What was asked for.

    case notConfirmed
    case confirmationNeeded
    case notEnrolled(IdentityID, request: String)
    case retired(IdentityID)
    case unknown(what: String, text: String)
    case ambiguous(what: String, text: String, matches: [String])
    case noService(what: String)
    /// Something is there that `--force` would replace.
    case exists(path: String)
    /// Something is there that nothing replaces.
    case taken(path: String)
    case wrongDocument(String)
    /// A proposal that cannot be granted any more.
    case notOpen(TransactionID, ProposalStatus, of: IdentityID)
}

extension PeopleError {
    /// What is wrong.
    var message: String {
        switch self {
        case .noHome: "there is no HOME to keep profiles in"
        case .unusableHome(let path, let reason): "\(path) cannot be used: \(reason)"
        case .badProfileName(let name): "\"\(name)\" is no name of a profile: 1 to 64 of a-z, 0-9 and -"
        case .noNetwork(let path): "\(path) is not there: which ledger, which services?"
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .network(let path, let error): "\(path): \(error)"
        case .otherNetwork(let path, let offered): "\(path) describes another network than \(offered)"
        case .otherPolicy(let path): "\(path) states another witness policy than the one this profile was made under"
        case .noProfile(let path, let kind): "there is no \(kind) profile at \(path)"
        case .wrongKind(let path, let found, let wanted): "\(path) is a \(found) profile, and this is for a \(wanted)"
        case .profile(let error): "\(error)"
        case .noTerminal: "there is no terminal to ask for the passphrase on"
        case .passphraseFile(let path, let flaw): "the passphrase file \(path) \(flaw)"
        case .passphraseMismatch: "the two passphrases are not the same"
        case .interrupted: "interrupted"
        case .notConfirmed: "not confirmed; nothing was done"
        case .confirmationNeeded: "this has to be confirmed, and there is no terminal to ask on"
        case .notEnrolled(let identity, _): "identity \(identity) is not enrolled on the ledger"
        case .retired(let identity): "identity \(identity) is retired: it signs nothing any more"
        case .unknown(let what, let text): "no \(what) is \"\(text)\""
        case .ambiguous(let what, let text, let matches):
            "more than one \(what) is \"\(text)\": \(matches.joined(separator: ", "))"
        case .noService(let what): "\(what)"
        case .exists(let path): "\(path) is there already, and nothing is replaced unasked"
        case .taken(let path): "\(path) is there already, and is not replaced"
        case .wrongDocument(let reason): reason
        case .notOpen(let proposal, let status, _):
            "proposal \(proposal) is \(status.rawValue), and can be answered no more"
        }
    }

    /// What to do next; nil where the message says it.
    var next: String? {
        switch self {
        case .noHome: "set PARASOL_HOME to a folder of your own"
        case .noNetwork: "ask whoever runs it for its network.json and name it with `--network FILE` when you init"
        case .otherNetwork: "keep each network in a folder of its own: set PARASOL_HOME, or name --home"
        case .otherPolicy:
            "put the old network.json back; where the witnesses really changed, ask your organisation, and init anew"
        case .noProfile(_, let kind): "make one: parasol \(kind.commandName) init"
        case .wrongKind: "name another profile with --profile"
        case .profile(.exists): "use the profile that is there, or give the new one a name with --profile"
        case .profile(.inUse): "wait for the other command to end"
        case .noTerminal: "name a file with --passphrase-file, which only you can read"
        case .passphraseFile(let path, .readableByOthers): "chmod 600 \(path)"
        case .passphraseMismatch: "try again"
        case .confirmationNeeded: "add --yes"
        case .notEnrolled(_, let request): "give \(request) to your organisation, which enrols it: parasol org enroll"
        case .retired: "ask your organisation; a new key needs a new profile"
        case .ambiguous: "give more of its digits"
        case .exists: "name another place, or add --force"
        case .notOpen(_, .granted, _): "parasol patient grants lists what you granted"
        case .notOpen(_, .declined, let doctor), .notOpen(_, .lapsed, let doctor):
            "grant of your own accord: parasol patient grant \(doctor) --for 30d"
        case .taken: "name another place, or move it away"
        default: nil
        }
    }
}

extension PeopleError: CustomStringConvertible {
    var description: String { message }
}

extension ProfileKind {
    /// The group of commands that such a profile is for.
    var commandName: String {
        switch self {
        case .auditor: "audit"
        case .depositor: "deposit"
        case .member: "org"
        default: "\(self)"
        }
    }
}
