/// One thing about a log's folder: damage, or something worth knowing.
package struct LogFinding: Hashable, Sendable {
    /// What is wrong. Raw values are stable: programs read them.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A file that the log must have is not there.
        case missing
        /// A file is there and is not what it must be.
        case damaged
        /// A file that no log of this size has.
        case extra
        /// What an interrupted write left behind.
        case leftover
        /// Something other than a file or a folder, or one where the other belongs.
        case misplaced
        /// The system does not let it be read.
        case unreadable
        /// Nothing is wrong, and somebody may want to know.
        case notice
    }

    package let kind: Kind
    /// Relative to the folder.
    package let path: String
    package let detail: String

    package init(_ kind: Kind, _ path: String, _ detail: String) {
        self.kind = kind
        self.path = path
        self.detail = detail
    }

    package var isDamage: Bool { kind != .notice }
}

extension LogFinding: CustomStringConvertible {
    package var description: String { "\(kind.rawValue): \(path): \(detail)" }
}
