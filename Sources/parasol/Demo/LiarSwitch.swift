import ProxyService
import Secp256k1
import Synchronization
import Umbral

/// Makes one proxy lie while it is on: it transforms with another key than the one it was given, and logs that.
final class LiarSwitch: Sendable {
    private let isOn = Mutex(false)

    func set(_ on: Bool) { isOn.withLock { $0 = on } }

    func reencrypt(_ fragment: VerifiedKeyFragment, _ capsule: Capsule) throws -> [UInt8] {
        guard isOn.withLock({ $0 }) else { return try ProxyService.honest(fragment, capsule) }
        let given = fragment.fragment
        let forged = KeyFragment(
            id: given.id, key: Scalar.random(), precursor: given.precursor, commitment: given.commitment,
            signatureForProxy: given.signatureForProxy, signatureForReceiver: given.signatureForReceiver,
            signedKeys: given.signedKeys)
        return try ProxyService.honest(VerifiedKeyFragment(trusting: forged), capsule)
    }
}
