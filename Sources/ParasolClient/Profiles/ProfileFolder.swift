package import SharingContracts

/// A folder as its patient's profile knows it.
package struct ProfileFolder: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case open(FolderKeys)
        /// The secrets are gone.
        case erased(at: Timestamp)
    }

    package let id: FolderID
    /// For people; at most 255 bytes. Never on the ledger.
    package var name: String
    package let createdAt: Timestamp
    package private(set) var state: State

    package init(id: FolderID, name: String, createdAt: Timestamp, state: State) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.state = state
    }

    /// The folder's secrets; nil once erased.
    package var keys: FolderKeys? {
        if case .open(let keys) = state { keys } else { nil }
    }

    package var isErased: Bool { keys == nil }

    /// Lets the secrets go: they are wiped from memory with the last copy of this value, and from the file when it is saved.
    ///
    /// An erased folder stays as it is.
    package mutating func erase(at time: Timestamp) {
        guard !isErased else { return }
        state = .erased(at: time)
    }
}

extension ProfileFolder: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "ProfileFolder(\(id), \(isErased ? "erased" : "open"))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
