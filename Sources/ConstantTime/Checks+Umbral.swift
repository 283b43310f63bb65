import Ciphers
import Octets
import Secp256k1
import Umbral

/// The scheme's operations on secrets: the owner's, the proxy's, the receiver's, and split issuance's.
///
/// Not among them is what only hands a secret to a library: sealing halves by HPKE (swift-crypto), the bulk cipher
/// (libcrypto).
let schemeChecks: [Check] = {
    let doctor = SecretKey.random()
    let signer = Signer(SecretKey.random())
    let consent = FixedOctets<16>()
    return [
        Check("encapsulate") {
            var generator = SecretFirstGenerator(secretScalars: 2)
            let key = SecretKey.random().publicKey
            keep(try Capsule.encapsulate(to: key, using: &generator))
        },
        Check("decapsulate with the delegating key") {
            let key = Secret.key()
            let (capsule, _) = try Capsule.encapsulate(to: key.publicKey)
            keep(try capsule.seed(for: key))
        },
        Check("grant secret and share coordinates, both sides") {
            let id = KeyFragmentIdentifier()
            let x = Secret.key()
            keep(GrantSecret(precursorKey: x, receiving: doctor.publicKey).shareCoordinate(id))
            keep(GrantSecret(precursor: x.publicKey, receiver: Secret.key()).shareCoordinate(id))
        },
        Check("key fragments") {
            // x, and two coefficients above the constant term.
            var generator = SecretFirstGenerator(secretScalars: 3)
            keep(
                try Secret.key().keyFragments(
                    for: doctor.publicKey, signer: Signer(Secret.key()), threshold: 3, shares: 5, using: &generator))
        },
        Check("key fragment encoding") {
            let fragments = try SecretKey.random().keyFragments(
                for: doctor.publicKey, signer: signer, threshold: 1, shares: 1)
            _ = Secret.marked(fragments[0].fragment.key)
            keep(try KeyFragment(serialized: fragments[0].serialized))
        },
        Check("key fragment verification") {
            let owner = SecretKey.random()
            let fragments = try owner.keyFragments(for: doctor.publicKey, signer: signer, threshold: 1, shares: 1)
            _ = Secret.marked(fragments[0].fragment.key)
            keep(
                try fragments[0].fragment.verified(
                    by: signer.verifyingKey, delegatingKey: owner.publicKey, receivingKey: doctor.publicKey))
        },
        Check("re-encryption") {
            let owner = SecretKey.random()
            let (capsule, _) = try Capsule.encapsulate(to: owner.publicKey)
            let fragments = try owner.keyFragments(for: doctor.publicKey, signer: signer, threshold: 1, shares: 1)
            _ = Secret.marked(fragments[0].fragment.key)
            var generator = SecretFirstGenerator(secretScalars: 1)
            keep(try fragments[0].reencrypt(capsule, using: &generator))
        },
        Check("opening, with a threshold of one and above") {
            let owner = SecretKey.random()
            let (capsule, _) = try Capsule.encapsulate(to: owner.publicKey)
            for threshold in [1, 3] {
                let receiver = SecretKey.random()
                let answers = try owner.keyFragments(
                    for: receiver.publicKey, signer: signer, threshold: threshold, shares: threshold
                ).map { try $0.reencrypt(capsule).fragment }
                let session = try GrantSession(
                    receiver: Secret.marked(receiver),
                    precursor: PublicKey(compressed: answers[0].precursor.octets.bytes),
                    delegatingKey: owner.publicKey, verifyingKey: signer.verifyingKey, threshold: threshold)
                // The second time with the coefficients that the session has kept.
                for _ in 0..<2 { keep(try session.open(capsule: capsule, fragments: answers) { $0 }) }
            }
        },
        Check("message key and its XChaCha20 subkey") {
            let (_, seed) = try Capsule.encapsulate(to: doctor.publicKey)
            _ = Secret.marked(seed.octets)
            keep(try HChaCha20.subkey(key: seed.messageKey, nonce: InlineArray(repeating: 7)))
        },
        Check("key factory") {
            let factory = try SecretKeyFactory(seed: Secret.octets())
            let label = Array("a label".utf8)
            keep(factory.makeSecret(label: label))
            keep(factory.makeKey(label: label))
            keep(factory.makeFactory(label: label).makeKey(label: label))
        },
        Check("share proof") {
            var generator = SecretFirstGenerator(secretScalars: 1)
            keep(try ShareProof(of: Secret.share(.patient), folder: consent, using: &generator))
        },
        Check("partial decapsulation, both sides") {
            let service = Secret.share(.service)
            let (capsule, _) = try Capsule.encapsulate(to: SecretKey.random().publicKey)
            var generator = SecretFirstGenerator(secretScalars: 1)
            let part = try PartialDecapsulation(of: capsule, with: service, using: &generator)
            keep(try part.seed(of: capsule, with: Secret.share(.patient), serviceShare: service.publicKey))
        },
        Check("issuance halves") {
            let patient = Secret.share(.patient)
            let service = Secret.share(.service)
            // x, and two coefficients above the constant term.
            var generator = SecretFirstGenerator(secretScalars: 3)
            let issuance = try PatientIssuance(
                share: patient, serviceShare: service.publicKey, receivingKey: doctor.publicKey, consent: consent,
                threshold: 3, shares: 5, using: &generator)
            let request = try IssuanceRequest(serialized: issuance.request.serialized)
            // Two coefficients and the proof's nonce.
            var serviceGenerator = SecretFirstGenerator(secretScalars: 3)
            let answer = try ServiceIssuance(
                share: service, request: request, consent: consent, using: &serviceGenerator)
            let halves = try issuance.complete(with: answer.response, signer: Signer(Secret.key()))
            keep(halves)
            keep(answer.response.serialized)
        },
        Check("adding halves") {
            let patient = DelegatingKeyShare.random(role: .patient)
            let service = DelegatingKeyShare.random(role: .service)
            let issuance = try PatientIssuance(
                share: patient, serviceShare: service.publicKey, receivingKey: doctor.publicKey, consent: consent,
                threshold: 2, shares: 2)
            let answer = try ServiceIssuance(share: service, request: issuance.request, consent: consent)
            let halves = try issuance.complete(with: answer.response, signer: signer)
            _ = Secret.marked(halves[0].key)
            _ = Secret.marked(answer.halves[0].key)
            keep(
                try KeyFragmentAssembly.fragment(
                    patientHalf: halves[0], serviceHalf: answer.halves[0], verifyingKey: signer.verifyingKey,
                    delegatingKey: issuance.delegatingKey, receivingKey: doctor.publicKey))
        },
    ]
}()
