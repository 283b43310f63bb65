public import Octets

/// What came out of an opening, and which fragments were no help.
public struct Opened<Value: Sendable>: Sendable {
    public let value: Value
    /// Fragments found wrong on the way, by their index among those given. Empty where the first `threshold` fragments
    /// opened the record: then nothing has been verified, because nothing needed to be.
    public let rejected: [RejectedFragment]
}

/// A fragment that was refused, and why: this names the proxy that gave it.
public struct RejectedFragment: Error, Hashable, Sendable {
    /// The fragment's index among those given.
    public let index: Int
    /// The key fragment that it says it was made with.
    public let id: KeyFragmentIdentifier
    /// ``UmbralError/reencryptionProofInvalid`` convicts the proxy, see ``FragmentVerdict``.
    public let reason: UmbralError

    package init(index: Int, id: KeyFragmentIdentifier, reason: UmbralError) {
        self.index = index
        self.id = id
        self.reason = reason
    }
}

extension RejectedFragment: CustomStringConvertible {
    public var description: String { "fragment \(index) (\(id)): \(reason)" }
}
