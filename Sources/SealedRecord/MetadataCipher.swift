import Ciphers
import Octets

/// Seals and opens the metadata section: one text under a key of its own, so its nonce is zero.
enum MetadataCipher {
    static func seal(
        _ plaintext: [UInt8], header: SealedRecordHeader, keys: RecordKeySchedule
    ) throws(SealedRecordError) -> [UInt8] {
        do throws(CiphersError) {
            var context = try AEADContext(header.suite.algorithm, key: keys.metadataKey)
            return try context.seal(plaintext, nonce: AEADNonce(repeating: 0))
        } catch {
            throw .cipher(error)
        }
    }

    static func open(
        _ sealed: [UInt8], header: SealedRecordHeader, keys: RecordKeySchedule
    ) throws(SealedRecordError) -> [UInt8] {
        do throws(CiphersError) {
            var context = try AEADContext(header.suite.algorithm, key: keys.metadataKey)
            return try context.open(sealed, nonce: AEADNonce(repeating: 0))
        } catch .authenticationFailed {
            throw .metadataRefused
        } catch {
            throw .cipher(error)
        }
    }
}
