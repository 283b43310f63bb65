package import Octets

/// What opens a profile: 1 to 1,024 bytes, taken as they are given.
///
/// No character set is assumed and nothing is normalized, so that the same bytes open the file on every system and for
/// ever, whatever Unicode becomes. A program that lets people type passphrases should hand over UTF-8 in Normalization
/// Form C, which is what almost every keyboard makes.
package struct Passphrase: Sendable, Equatable {
    let octets: SecretOctets

    /// - Throws: ``ProfileError/passphraseLength(_:)``.
    package init(_ octets: SecretOctets) throws(ProfileError) {
        guard ProfileLimits.passphraseByteCount.contains(octets.count) else { throw .passphraseLength(octets.count) }
        self.octets = octets
    }

    /// Moves `bytes` in and wipes the caller's array, also when it is refused.
    package init(consuming bytes: inout [UInt8]) throws(ProfileError) {
        try self.init(SecretOctets(consuming: &bytes))
    }
}

extension Passphrase: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "Passphrase(hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
