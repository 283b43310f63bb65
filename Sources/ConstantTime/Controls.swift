import Octets

/// Operations that do leak. The check must report each of them, or it is worth nothing.
enum Control: String, CaseIterable {
    /// A branch on a secret.
    case branch
    /// A table lookup by a secret.
    case index
    /// A comparison that stops at the first difference.
    case comparison

    var check: Check {
        switch self {
        case .branch:
            Check("control: branch on a secret") {
                let high = unsafe Secret.octets().withUnsafeBytes { unsafe $0[0] > 127 }
                if high { Self.tell("high") } else { Self.tell("low") }
            }
        case .index:
            Check("control: index by a secret") {
                let index = Int(unsafe Secret.octets().withUnsafeBytes { unsafe $0[0] })
                keep(Self.table[index])
            }
        case .comparison:
            Check("control: comparison that stops early") {
                let left = unsafe Secret.octets().withUnsafeBytes { unsafe Array($0) }
                let right = unsafe Secret.octets().withUnsafeBytes { unsafe Array($0) }
                keep(left == right)
            }
        }
    }

    private static let table = (0..<256).map { $0 * $0 }

    @inline(never)
    private static func tell(_ what: String) { print("  the secret is \(what)") }
}
