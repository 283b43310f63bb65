internal import Crypto
package import DurableFiles
package import Foundation
internal import SwiftASN1
internal import X509

/// A certificate authority for development and for nodes that talk only to themselves: its key lies in a file, and nobody else's
/// software trusts it.
///
///     ca.pem, ca.key            the root and its key
///     NAME.pem, NAME.key        a server's certificate, with the root's behind it, and its key
package struct DevelopmentAuthority: Sendable {
    private static let rootDays = 3_650
    private static let serverDays = 397
    private static let maximumBytes = 1 << 16

    package let folder: String
    private let files: FileSystem
    private let root: Certificate
    private let key: P256.Signing.PrivateKey

    /// Opens the authority in a folder, or makes one there.
    ///
    /// - Throws: ``CertificateError``.
    package init(folder: String, now: Date = Date(), files: FileSystem = FileSystem()) throws(CertificateError) {
        self.folder = folder
        self.files = files
        let (certificatePath, keyPath) = (folder + "/ca.pem", folder + "/ca.key")
        do {
            try files.makeFolder(folder)
            // The certificate is written last: where it is, both are.
            if try files.exists(certificatePath) {
                root = try Certificate(pemEncoded: try Self.text(of: certificatePath, files))
                key = try P256.Signing.PrivateKey(pemRepresentation: try Self.text(of: keyPath, files))
                guard root.publicKey == Certificate.PublicKey(key.publicKey) else {
                    throw CertificateError.mismatch(certificate: certificatePath, key: keyPath)
                }
            } else {
                key = P256.Signing.PrivateKey()
                let name = try DistinguishedName { CommonName("Parasol development authority") }
                root = try Self.certificate(
                    for: key.publicKey, named: name, by: key, issuer: name, from: now, days: Self.rootDays,
                    try Certificate.Extensions {
                        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                        Critical(KeyUsage(keyCertSign: true))
                    })
                try files.replace(keyPath, with: Array(key.pemRepresentation.utf8))
                try files.replace(certificatePath, with: Array(try root.serializeAsPEM().pemString.utf8))
            }
        } catch let error as CertificateError { throw error } catch {
            throw .failed(path: certificatePath, reason: "\(error)")
        }
    }

    /// The root as PEM: what clients are told to trust.
    package var rootPEM: String {
        get throws(CertificateError) {
            do { return try root.serializeAsPEM().pemString } catch {
                throw .failed(path: folder, reason: "\(error)")
            }
        }
    }

    /// Makes a server's certificate, or makes it anew.
    ///
    /// - Parameters:
    ///   - name: Of its files, without a suffix.
    ///   - hosts: DNS names and IP addresses under which clients reach it; at least one.
    /// - Returns: The paths of chain and key.
    package func issue(
        _ name: String, hosts: [String], now: Date = Date()
    ) throws(CertificateError) -> (chain: String, key: String) {
        let (chainPath, keyPath) = (folder + "/\(name).pem", folder + "/\(name).key")
        guard let first = hosts.first else { throw .failed(path: chainPath, reason: "a server has at least one name") }
        do {
            let serverKey = P256.Signing.PrivateKey()
            let certificate = try Self.certificate(
                for: serverKey.publicKey, named: try DistinguishedName { CommonName(first) }, by: key,
                issuer: root.subject, from: now, days: Self.serverDays,
                try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    // A node shows the same to others that ask for one.
                    try ExtendedKeyUsage([.serverAuth, .clientAuth])
                    SubjectAlternativeNames(hosts.map(Self.generalName))
                })
            let chain = try certificate.serializeAsPEM().pemString + "\n" + root.serializeAsPEM().pemString
            try files.replace(keyPath, with: Array(serverKey.pemRepresentation.utf8))
            try files.replace(chainPath, with: Array(chain.utf8))
            return (chainPath, keyPath)
        } catch { throw .failed(path: chainPath, reason: "\(error)") }
    }

    private static func generalName(_ host: String) -> GeneralName {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        if octets.count == 4, octets.allSatisfy({ $0 != nil }) {
            return .ipAddress(ASN1OctetString(contentBytes: ArraySlice(octets.compactMap { $0 })))
        }
        if host == "::1" {
            return .ipAddress(ASN1OctetString(contentBytes: ArraySlice([UInt8](repeating: 0, count: 15) + [1])))
        }
        return .dnsName(host)
    }

    private static func text(of path: String, _ files: FileSystem) throws -> String {
        String(decoding: try files.readAll(path, atMost: maximumBytes), as: UTF8.self)
    }

    private static func certificate(
        for key: P256.Signing.PublicKey, named subject: DistinguishedName, by issuerKey: P256.Signing.PrivateKey,
        issuer: DistinguishedName, from now: Date, days: Int, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key),
            // Clocks differ.
            notValidBefore: now.addingTimeInterval(-3_600),
            notValidAfter: now.addingTimeInterval(Double(days) * 86_400),
            issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: .init(issuerKey))
    }
}

/// Why a certificate could not be made or read.
package enum CertificateError: Error, Hashable, Sendable {
    case failed(path: String, reason: String)
    /// The key is not the certificate's.
    case mismatch(certificate: String, key: String)
}

extension CertificateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .failed(let path, let reason): "\(path): \(reason)"
        case .mismatch(let certificate, let key): "\(key) is not the key of \(certificate)"
        }
    }
}
