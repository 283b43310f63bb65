import Octets
import Secp256k1

@testable import Umbral

/// One folder with its two shares, a doctor, some proxies, and everything that issuing to the doctor sends about.
struct SplitFolder {
    struct Proxy {
        let id: FixedOctets<16>
        let key: OpeningKey
    }

    let id: FixedOctets<16>
    let consent: FixedOctets<16>
    let patient: DelegatingKeyShare
    let service: DelegatingKeyShare
    let signer: Signer
    let doctor: SecretKey
    let proxies: [Proxy]
    var generator: SeededGenerator

    init(seed: UInt64 = 1, proxies count: Int = 5) throws {
        var generator = SeededGenerator(seed)
        id = generator.identifier()
        consent = generator.identifier()
        patient = .random(role: .patient, using: &generator)
        service = .random(role: .service, using: &generator)
        signer = Signer(.random(using: &generator))
        doctor = .random(using: &generator)
        var proxies: [Proxy] = []
        for _ in 0..<count {
            let seed = SecretOctets.random(count: 32, using: &generator)
            proxies.append(Proxy(id: generator.identifier(), key: try OpeningKey(seed: seed)))
        }
        self.proxies = proxies
        self.generator = generator
    }

    /// A, and what nobody in the protocol ever holds: a.
    var wholeKey: SecretKey {
        get throws { SecretKey(try patient.scalar.adding(service.scalar)) }
    }

    mutating func begin(_ threshold: Int, of shares: Int) throws -> PatientIssuance {
        try PatientIssuance(
            share: patient, serviceShare: service.publicKey, receivingKey: doctor.publicKey, consent: consent,
            threshold: threshold, shares: shares, using: &generator)
    }

    mutating func answer(_ request: IssuanceRequest) throws -> ServiceIssuance {
        try ServiceIssuance(share: service, request: request, consent: consent, using: &generator)
    }

    /// Everything up to what the proxies get, through the bytes that travel.
    mutating func sealedHalves(
        _ threshold: Int, of shares: Int
    ) throws -> [(patient: SealedHalf, service: SealedHalf)] {
        let issuance = try begin(threshold, of: shares)
        let received = try IssuanceRequest(serialized: issuance.request.serialized)
        let answer = try answer(received)
        let response = try IssuanceResponse(serialized: answer.response.serialized)
        let halves = try issuance.complete(with: response, signer: signer, using: &generator)
        return try zip(proxies, zip(halves, answer.halves)).map { proxy, pair in
            let patient = try pair.0.sealed(to: proxy.key.sealingKey, proxy: proxy.id, consent: consent)
            let service = try pair.1.sealed(to: proxy.key.sealingKey, proxy: proxy.id, consent: consent)
            return (try SealedHalf(serialized: patient.serialized), try SealedHalf(serialized: service.serialized))
        }
    }

    func assemble(
        at index: Int, _ patientHalf: SealedHalf, _ serviceHalf: SealedHalf, consent other: FixedOctets<16>? = nil
    ) throws(IssuanceError) -> VerifiedKeyFragment {
        let proxy = proxies[index]
        let delegatingKey = try PublicKey.delegatingKey(
            patientShare: patient.publicKey, serviceShare: service.publicKey)
        return try KeyFragmentAssembly(openingKey: proxy.key, proxy: proxy.id, consent: other ?? consent).fragment(
            patientHalf: patientHalf, serviceHalf: serviceHalf, verifyingKey: signer.verifyingKey,
            delegatingKey: delegatingKey, receivingKey: doctor.publicKey)
    }

    mutating func issue(_ threshold: Int, of shares: Int) throws -> [VerifiedKeyFragment] {
        let halves = try sealedHalves(threshold, of: shares)
        return try halves.enumerated().map { index, pair in try assemble(at: index, pair.patient, pair.service) }
    }

    /// A record to the folder's key, and what opening it as the doctor with these fragments gives.
    mutating func encapsulate() throws -> (capsule: Capsule, seed: CapsuleSeed) {
        try Capsule.encapsulate(to: try wholeKey.publicKey, using: &generator)
    }

    mutating func open(
        _ capsule: Capsule, expecting seed: CapsuleSeed, with fragments: [VerifiedKeyFragment], threshold: Int
    ) throws -> CapsuleSeed {
        let answers = try fragments.map { try $0.reencrypt(capsule, using: &generator).fragment }
        let session = try GrantSession(
            receiver: doctor, precursor: fragments[0].fragment.precursor, delegatingKey: try wholeKey.publicKey,
            verifyingKey: signer.verifyingKey, threshold: threshold)
        return try session.open(capsule: capsule, fragments: answers) { $0 == seed }.value
    }
}

extension SeededGenerator {
    fileprivate mutating func identifier() -> FixedOctets<16> { octets() }
}

/// Every way of choosing `count` of `items`.
func combinations<Item>(_ count: Int, of items: [Item]) -> [[Item]] {
    guard count > 0 else { return [[]] }
    guard let first = items.first else { return [] }
    let rest = Array(items.dropFirst())
    return combinations(count - 1, of: rest).map { [first] + $0 } + combinations(count, of: rest)
}
