internal import Octets
package import TransparencyLog

/// The keys of a log and of three witnesses of which two must cosign, and the policy that says so. All follow from the seed.
package struct LogKeys: Sendable {
    package let log: NoteSigner
    package let witnesses: [NoteSigner]
    package let policyText: String

    package init(origin: String = "ledger.parasol.test", seed: UInt64 = 1) throws {
        var generator = SeededGenerator(seed: seed)
        log = try NoteSigner(
            name: KeyName(origin), algorithm: .ed25519, seed: .random(count: 32, using: &generator))
        var signers: [NoteSigner] = []
        for name in ["alpha", "beta", "gamma"] {
            signers.append(
                try NoteSigner(
                    name: KeyName("\(name).witness.test"), algorithm: .cosignatureV1,
                    seed: .random(count: 32, using: &generator)))
        }
        witnesses = signers
        var text = "log \(log.verifierKey)\n"
        for (index, signer) in signers.enumerated() { text += "witness w\(index) \(signer.verifierKey)\n" }
        policyText = text + "group all-witnesses 2 w0 w1 w2\nquorum all-witnesses\n"
    }
}
