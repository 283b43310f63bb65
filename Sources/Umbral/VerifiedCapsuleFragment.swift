public import Octets

/// A capsule fragment whose signature and proof have been checked, or that was made here.
public struct VerifiedCapsuleFragment: Hashable, Sendable {
    /// The fragment.
    public let fragment: CapsuleFragment

    init(verified fragment: CapsuleFragment) { self.fragment = fragment }

    /// The key fragment that made this.
    public var id: KeyFragmentIdentifier { fragment.id }

    /// The MessagePack form.
    public var serialized: [UInt8] { fragment.serialized }

    /// The simple form.
    public var simple: [UInt8] { fragment.simple }
}
