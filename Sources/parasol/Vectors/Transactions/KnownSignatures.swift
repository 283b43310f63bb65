import Crypto
import Foundation
import Octets
import SharingContracts

/// Signatures of an earlier file of transaction vectors.
///
/// The library's ECDSA draws a nonce for each signature, so that a seed alone gives another file every time. With the
/// signatures of an earlier file it gives that file again, byte for byte.
struct KnownSignatures {
    static let none = KnownSignatures()

    private struct Place: Hashable {
        let transaction: [UInt8]
        let signer: String
    }

    private var signatures: [Place: [UInt8]] = [:]

    private init() {}

    /// Reads the signatures of a file's leaves; whether they are any good shows where they are asked for.
    init(of file: VectorFile) throws(VectorError) {
        var fields = try VectorNode(value: file.value, path: "").fields()
        for leaf in try fields[LedgerLeafFamily.name].array() {
            var fields = try leaf.fields()
            let transaction = try fields["transaction"].octets()
            for node in try fields["signatures"].array() {
                var fields = try node.fields()
                let place = Place(transaction: transaction, signer: try fields["signer"].string())
                signatures[place] = try fields["signature"].octets()
            }
        }
    }

    /// The signature of `signer` on `transaction`, if there is one that verifies.
    func signature(
        of signer: SignerID, on transaction: Transaction, _ message: [UInt8], by key: P256.Signing.PublicKey
    ) -> [UInt8]? {
        guard let known = signatures[Place(transaction: transaction.serialized, signer: "\(signer)")],
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: known),
            key.isValidSignature(signature, for: message)
        else { return nil }
        return known
    }
}
