private import Crypto
package import Octets
package import SharingContracts

/// What a folder signs to let its key service make halves for a consent.
///
/// Without it anybody could make the service work; with halves alone nobody could open anything.
package enum IssuanceAuthorization {
    /// `"parasol-issuance-request/v1\0"`, the ledger's origin behind its 16-bit length, the consent, SHA-256 of the request.
    package static func message(
        origin: String, consent: ConsentID, request: SecretOctets
    ) throws(OctetsError) -> [UInt8] {
        var writer = OctetWriter()
        writer.write("parasol-issuance-request/v1\0".utf8)
        try writer.writeBytes16(Array(origin.utf8))
        writer.write(consent.octets)
        writer.write(unsafe request.withUnsafeBytes { unsafe SHA256.hash(data: $0) })
        return writer.bytes
    }
}
