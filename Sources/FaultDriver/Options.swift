/// The command line: `FaultDriver prepare|append|recover|check|damage|damage-databases FOLDER [--acknowledged FILE]... [--leaves N] [--count K]
/// [--clock-back SECONDS] [--every N] [--only FILE]... [--hold]`.
struct Options: Sendable {
    enum Command: String, Sendable {
        case prepare, append, recover, check, damage
        case damageDatabases = "damage-databases"

        /// How long after the preparation it happens, by the log's clock.
        var delayMilliseconds: UInt64 {
            switch self {
            case .prepare: 0
            case .append: 60_000
            case .recover: 120_000
            case .check, .damage, .damageDatabases: 180_000
            }
        }
    }

    struct Misuse: Error, CustomStringConvertible { let description: String }

    let command: Command
    let folder: String
    /// Where the receipts are noted that a submitter has in hand: read from all of these files, noted in the last.
    var acknowledged: [String] = []
    /// The leaves that a log is prepared with.
    var leaves = 254
    /// The transactions that are appended, or kept ready to be.
    var count = 4
    /// How far the ledger's clock is set back.
    var clockBackSeconds: UInt64 = 0
    /// Of the bytes that could be changed, each so many-th is.
    var every = 1
    /// The files that are damaged, of those that would be; empty for all.
    var only: [String] = []
    /// Whether to say `ready` when all is open, and to wait for a line: so that strace attaches, and counts from there.
    var hold = false

    init(_ arguments: [String]) throws(Misuse) {
        guard arguments.count >= 2, let command = Command(rawValue: arguments[0]) else {
            throw Misuse(description: "prepare, append, recover, check, damage or damage-databases, and then a folder")
        }
        self.command = command
        folder = arguments[1]
        var rest = arguments[2...]
        while let name = rest.popFirst() {
            if name == "--hold" {
                hold = true
                continue
            }
            guard let value = rest.popFirst() else { throw Misuse(description: "\(name) wants a value") }
            switch name {
            case "--acknowledged": acknowledged.append(value)
            case "--leaves": leaves = try Self.number(name, value)
            case "--count": count = try Self.number(name, value)
            case "--only": only.append(value)
            case "--every": every = try Self.number(name, value)
            case "--clock-back": clockBackSeconds = UInt64(try Self.number(name, value))
            default: throw Misuse(description: "what is \(name)?")
            }
        }
    }

    private static func number(_ name: String, _ value: String) throws(Misuse) -> Int {
        guard let number = Int(value), (1...1_000_000).contains(number) else {
            throw Misuse(description: "\(name) wants a number from 1 to 1000000")
        }
        return number
    }
}
