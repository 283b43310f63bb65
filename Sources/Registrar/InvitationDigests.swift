import Crypto
import Octets
import ServiceProtocols
import SharingContracts

/// What a registrar keeps of a code: one hash to find its invitation by, and another to recognise it.
///
/// - Rule: the hash that is looked up is not the one that proves the code.
/// - Why: how long a database takes to find a key may tell something of the key, and comparing must not. A code has nearly 128
///   random bits, so a fast hash does: nobody tries them all.
/// - Consequence: whoever reads the database can use no invitation.
struct InvitationDigests: Sendable {
    /// The first 16 bytes of SHA-256 of `"parasol-invitation-lookup/v1\0"`, member and code.
    let lookup: FixedOctets<16>
    /// SHA-256 of `"parasol-invitation-code/v1\0"`, member and code.
    let code: FixedOctets<32>

    /// - Throws: never, for hashes have their lengths.
    init(of code: InvitationCode, at member: MemberID) throws(OctetsError) {
        lookup = try FixedOctets(Self.hash("parasol-invitation-lookup/v1\0", member, code).prefix(16))
        self.code = try FixedOctets(Self.hash("parasol-invitation-code/v1\0", member, code))
    }

    private static func hash(_ tag: String, _ member: MemberID, _ code: InvitationCode) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array(tag.utf8))
        hash.update(data: member.bytes)
        unsafe code.secret.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    /// Constant-time.
    func prove(_ stored: FixedOctets<32>) -> Bool { constantTimeEqual(code.bytes, stored.bytes) }
}
