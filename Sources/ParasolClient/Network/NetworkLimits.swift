/// Bounds of a network file. One that exceeds them is refused before more of it is looked at.
package enum NetworkLimits {
    /// Bytes of the whole file.
    package static let fileByteCount = 1 << 20
    /// UTF-8 bytes of the name.
    package static let nameByteCount = 1...255
    /// UTF-8 bytes of the witness policy: what the ledger's founding may hold.
    package static let witnessPolicyByteCount = 1...16_384
    /// Bytes of an address.
    package static let urlByteCount = 2_048
    /// A client asks one of them; a ledger with more is better described by several files.
    package static let keyServiceCount = 64
    /// As many as a consent can name.
    package static let proxyCount = 255
    /// UTF-8 bytes of the certificate authorities, as PEM.
    package static let certificateAuthoritiesByteCount = 1...262_144
}
