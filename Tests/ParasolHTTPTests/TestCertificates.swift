import Crypto
import Foundation
import SwiftASN1
import X509

/// A root and a server's certificate under it for `localhost`, made for one test.
struct TestCertificates {
    let rootPEM: [UInt8]
    let chainPEM: [UInt8]
    let keyPEM: [UInt8]

    /// - Parameters:
    ///   - begins: When the server's certificate begins to count, in seconds from now.
    ///   - ends: And when it ends.
    init(name: String = "localhost", begins: Double = -3600, ends: Double = 3600) throws {
        let rootKey = P256.Signing.PrivateKey()
        let rootName = try DistinguishedName { CommonName("Parasol test root") }
        let root = try Self.certificate(
            for: rootKey.publicKey, named: rootName, by: rootKey, issuer: rootName,
            try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
            })
        let key = P256.Signing.PrivateKey()
        let server = try Self.certificate(
            for: key.publicKey, named: try DistinguishedName { CommonName(name) }, by: rootKey, issuer: rootName,
            begins: begins, ends: ends,
            try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames([.dnsName(name)])
            })
        rootPEM = Array(try root.serializeAsPEM().pemString.utf8)
        chainPEM = Array(try server.serializeAsPEM().pemString.utf8)
        keyPEM = Array(key.pemRepresentation.utf8)
    }

    private static func certificate(
        for key: P256.Signing.PublicKey, named subject: DistinguishedName, by issuerKey: P256.Signing.PrivateKey,
        issuer: DistinguishedName, begins: Double = -3600, ends: Double = 3600, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
        // TLS reads the machine's clock, whatever the test's says.
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key),
            notValidBefore: Date(timeIntervalSinceNow: begins), notValidAfter: Date(timeIntervalSinceNow: ends),
            issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: .init(issuerKey))
    }
}
