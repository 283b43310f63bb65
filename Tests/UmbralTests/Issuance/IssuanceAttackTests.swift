import Octets
import Secp256k1
import Testing

@testable import Umbral

/// What dishonest parties can try, and who notices.
@Suite struct IssuanceAttackTests {
    // The key service, against the patient.

    @Test func rubbishFromTheKeyServiceIsCaughtBeforeAnythingIsSigned() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(2, of: 3)
        let honest = try folder.answer(issuance.request).response

        // Another share than the one it proved when the folder was opened.
        let otherShare = DelegatingKeyShare.random(role: .service, using: &folder.generator)
        let withOtherShare = try ServiceIssuance(
            share: otherShare, request: issuance.request, consent: folder.consent)
        // An honest answer to something else.
        let otherConsent = try ServiceIssuance(share: folder.service, request: issuance.request, consent: folder.id)
        let otherRequest = try folder.answer(try folder.begin(2, of: 3).request)
        // Its own share without the factor 1/d, as though d were 1.
        let undivided = try IssuanceResponse(
            polynomial: [folder.service.scalar, .random(using: &folder.generator)], share: folder.service,
            request: issuance.request, consent: folder.consent, nonce: .random(using: &folder.generator))

        for response in [withOtherShare.response, otherConsent.response, otherRequest.response, undivided] {
            #expect(throws: IssuanceError.serviceProofInvalid) {
                try issuance.complete(with: response, signer: folder.signer)
            }
        }
        #expect(try issuance.complete(with: honest, signer: folder.signer).count == 3)
    }

    @Test(arguments: [1, 2, 4])
    func aPolynomialOfAnotherDegreeIsCaught(_ degree: Int) throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(3, of: 5)
        let first = folder.service.scalar.multiplied(by: issuance.request.d.inverted())
        let response = try IssuanceResponse(
            polynomial: [first] + (1..<degree).map { _ in Scalar.random(using: &folder.generator) },
            share: folder.service, request: issuance.request, consent: folder.consent,
            nonce: .random(using: &folder.generator))
        #expect(throws: IssuanceError.wrongCommitmentCount(expected: 3, actual: degree)) {
            try issuance.complete(with: response, signer: folder.signer)
        }
    }

    @Test func everyChangedByteOfTheAnswerIsCaught() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(2, of: 2)
        let bytes = try folder.answer(issuance.request).response.serialized
        for index in bytes.indices {
            #expect(throws: IssuanceError.self) {
                let changed = try IssuanceResponse(serialized: bytes.flipping(8 * index))
                _ = try issuance.complete(with: changed, signer: folder.signer)
            }
        }
    }

    @Test func exchangedCommitmentsAreCaught() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(3, of: 3)
        var bytes = try folder.answer(issuance.request).response.serialized
        // The second and third coefficient, which the equation itself does not look at.
        bytes = Array(bytes[..<35]) + bytes[68..<101] + bytes[35..<68] + bytes[101...]
        #expect(throws: IssuanceError.serviceProofInvalid) {
            try issuance.complete(with: try IssuanceResponse(serialized: bytes), signer: folder.signer)
        }
    }

    // Either side, against a proxy.

    @Test func aWrongHalfIsNoticedAndItsMakerNamed() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(2, of: 3)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        let wrong = ServiceHalf(id: answer.halves[0].id, key: .random(using: &folder.generator))
        #expect(throws: IssuanceError.wrongHalf(of: .service)) { try assemble(folder, halves[0], wrong) }
        let bent = PatientHalf(
            id: halves[0].id, key: .random(using: &folder.generator), precursor: halves[0].precursor,
            sum: halves[0].sum, serviceCommitment: halves[0].serviceCommitment, signature: halves[0].signature)
        #expect(throws: IssuanceError.wrongHalf(of: .patient)) { try assemble(folder, bent, answer.halves[0]) }
        // Two halves that cancel are refused rather than added.
        let cancelling = ServiceHalf(id: halves[0].id, key: halves[0].key.negated())
        #expect(throws: IssuanceError.degenerate(.fragmentKey)) { try assemble(folder, halves[0], cancelling) }
    }

    @Test func halvesOfDifferentFragmentsAreRefused() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(2, of: 3)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        #expect(throws: IssuanceError.differentFragments) { try assemble(folder, halves[0], answer.halves[1]) }
        // Relabelled, the sum is wrong.
        let relabelled = ServiceHalf(id: halves[0].id, key: answer.halves[1].key)
        #expect(throws: IssuanceError.wrongHalf(of: .service)) { try assemble(folder, halves[0], relabelled) }
    }

    @Test func aHalfSignedForOtherKeysIsRefused() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(1, of: 1)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        let key = try folder.wholeKey.publicKey
        let stranger = SecretKey.random(using: &folder.generator).publicKey
        let doctor = folder.doctor.publicKey
        for (verifying, delegating, receiving) in [
            (stranger, key, doctor), (folder.signer.verifyingKey, stranger, doctor),
            (folder.signer.verifyingKey, key, stranger),
        ] {
            #expect(throws: IssuanceError.signatureInvalid) {
                try KeyFragmentAssembly.fragment(
                    patientHalf: halves[0], serviceHalf: answer.halves[0], verifyingKey: verifying,
                    delegatingKey: delegating, receivingKey: receiving)
            }
        }
    }

    @Test func halvesSealedToAnotherProxyDoNotOpen() throws {
        var folder = try SplitFolder()
        let halves = try folder.sealedHalves(2, of: 3)
        #expect(throws: IssuanceError.sealedHalfRefused(side: .patient)) {
            try folder.assemble(at: 0, halves[1].patient, halves[1].service)
        }
        #expect(throws: IssuanceError.sealedHalfRefused(side: .service)) {
            try folder.assemble(at: 0, halves[0].patient, halves[1].service)
        }
        // Not even where the same key serves two proxies: the identifier is bound besides.
        let assembly = KeyFragmentAssembly(
            openingKey: folder.proxies[0].key, proxy: folder.proxies[1].id, consent: folder.consent)
        #expect(throws: IssuanceError.sealedHalfRefused(side: .patient)) {
            try assembly.fragment(
                patientHalf: halves[0].patient, serviceHalf: halves[0].service,
                verifyingKey: folder.signer.verifyingKey, delegatingKey: try folder.wholeKey.publicKey,
                receivingKey: folder.doctor.publicKey)
        }
    }

    @Test func halvesReplayedForAnotherConsentDoNotOpen() throws {
        var folder = try SplitFolder()
        let halves = try folder.sealedHalves(2, of: 3)
        #expect(throws: IssuanceError.sealedHalfRefused(side: .patient)) {
            try folder.assemble(at: 0, halves[0].patient, halves[0].service, consent: folder.id)
        }
        // An earlier issuance's half beside a later one's.
        let later = try folder.sealedHalves(2, of: 3)
        #expect(throws: IssuanceError.differentFragments) {
            try folder.assemble(at: 0, later[0].patient, halves[0].service)
        }
        _ = try folder.assemble(at: 0, halves[0].patient, halves[0].service)
    }

    @Test func aHalfCannotPassForTheOtherSidesOrAnotherFragments() throws {
        var folder = try SplitFolder()
        let halves = try folder.sealedHalves(2, of: 3)
        #expect(throws: IssuanceError.wrongRole(expected: .patient, actual: .service)) {
            try folder.assemble(at: 0, halves[0].service, halves[0].patient)
        }
        // The label changed on the way: the lengths differ, and where they did not the seal would.
        var relabelled = halves[0].service.serialized
        relabelled[0] = ShareRole.patient.rawValue
        #expect(throws: IssuanceError.self) { try SealedHalf(serialized: relabelled) }
        let renamed = try SealedHalf(
            serialized: [2] + halves[1].service.fragment.bytes + halves[0].service.serialized[33...])
        #expect(throws: IssuanceError.sealedHalfRefused(side: .service)) {
            try folder.assemble(at: 0, halves[0].patient, renamed)
        }
    }

    @Test func everyChangedByteOfASealedHalfIsNoticed() throws {
        var folder = try SplitFolder()
        let halves = try folder.sealedHalves(1, of: 1)
        let bytes = halves[0].service.serialized
        for index in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: IssuanceError.self) {
                let changed = try SealedHalf(serialized: bytes.flipping(8 * index + index % 8))
                _ = try folder.assemble(at: 0, halves[0].patient, changed)
            }
        }
    }

    // Parties alone and together.

    /// P2: whatever the key service does with all it ever sees, it makes no fragment that a proxy keeps or that opens.
    @Test func theKeyServiceAloneCannotGrant() throws {
        var folder = try SplitFolder()
        let key = try folder.wholeKey.publicKey
        let accomplice = folder.doctor
        // It plays the patient as well, with a share of its own making for the patient's.
        let invented = DelegatingKeyShare.random(role: .patient, using: &folder.generator)
        let issuance = try PatientIssuance(
            share: invented, serviceShare: folder.service.publicKey, receivingKey: accomplice.publicKey,
            consent: folder.consent, threshold: 1, shares: 1, using: &folder.generator)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: Signer(folder.doctor))
        #expect(throws: IssuanceError.signatureInvalid) { try assemble(folder, halves[0], answer.halves[0]) }

        // Even a proxy that keeps what it should not cannot transform with it.
        let fragment = VerifiedKeyFragment(
            trusting: KeyFragment(
                id: halves[0].id, key: try halves[0].key.adding(answer.halves[0].key),
                precursor: halves[0].precursor, commitment: EncodedPoint(halves[0].sum),
                signatureForProxy: halves[0].signature, signatureForReceiver: halves[0].signature,
                signedKeys: .both))
        let (capsule, seed) = try folder.encapsulate()
        let answers = [try fragment.reencrypt(capsule).fragment]
        let session = try GrantSession(
            receiver: accomplice, precursor: issuance.request.precursor, delegatingKey: key,
            verifyingKey: folder.signer.verifyingKey, threshold: 1)
        #expect(throws: UmbralError.self) { try session.open(capsule: capsule, fragments: answers) { $0 == seed } }
    }

    @Test func theServicesHalvesOpenNothing() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(2, of: 3)
        let answer = try folder.answer(issuance.request)
        let (capsule, seed) = try folder.encapsulate()
        // All its halves, its d and its places, as though they were the whole of the fragments.
        let coefficients = try ShareCoefficients(
            d: issuance.request.d, coordinates: issuance.request.fragments[..<2].map { $0.coordinate.revealed() })
        let halves = answer.halves.prefix(2).map { half in
            VerifiedKeyFragment(
                trusting: KeyFragment(
                    id: half.id, key: half.key, precursor: issuance.request.precursor,
                    commitment: EncodedPoint(UmbralParameters.secondGenerator.multiplied(by: half.key)),
                    signatureForProxy: folder.signer.sign([]), signatureForReceiver: folder.signer.sign([]),
                    signedKeys: .both))
        }
        let combined = coefficients.combine(try halves.map { try $0.reencrypt(capsule).fragment })
        #expect(combined != nil)
        #expect(combined != seed)
        // What they give is its own share's part and no more.
        let part = SecretKey(folder.service.scalar)
        #expect(try combined == capsule.seed(for: part))
    }

    /// Documented in Protocols/split-issuance.md: the price of d. It ends with the folder.
    @Test func theKeyServiceAndThresholdProxiesRecoverThisFoldersKeyOnly() throws {
        var folder = try SplitFolder(seed: 50)
        let other = try SplitFolder(seed: 51)
        let issuance = try folder.begin(2, of: 3)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        let places = issuance.request.fragments.prefix(2).map { $0.coordinate.revealed() }
        let keys = try zip(halves, answer.halves).prefix(2).map { try $0.key.adding($1.key).revealed() }
        let difference = try places[1].subtracting(places[0]).inverted()
        let constant = try keys[0].multiplied(by: places[1]).subtracting(keys[1].multiplied(by: places[0]))
            .multiplied(by: difference)
        let recovered = SecretKey(issuance.request.d.multiplied(by: constant))
        #expect(recovered == (try folder.wholeKey))
        #expect(recovered != (try other.wholeKey))
    }

    /// Documented likewise: d and the places are what a receiver opens with, so answers go to the doctor sealed.
    @Test func theKeyServiceCanReadAThresholdOfAnswersItGetsHoldOf() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(2, of: 3)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        let fragments = try zip(halves, answer.halves).map { try assemble(folder, $0, $1) }
        let (capsule, seed) = try folder.encapsulate()
        let answers = try fragments.map { try $0.reencrypt(capsule).fragment }
        let places = issuance.request.fragments.map { $0.coordinate.revealed() }
        let two = try ShareCoefficients(d: issuance.request.d, coordinates: Array(places.prefix(2)))
        #expect(two.combine(Array(answers.prefix(2))) == seed)
        let one = try ShareCoefficients(d: issuance.request.d, coordinates: Array(places.prefix(1)))
        #expect(one.combine(Array(answers.prefix(1))) != seed)
    }

    private func assemble(
        _ folder: SplitFolder, _ patient: PatientHalf, _ service: ServiceHalf
    ) throws -> VerifiedKeyFragment {
        try KeyFragmentAssembly.fragment(
            patientHalf: patient, serviceHalf: service, verifyingKey: folder.signer.verifyingKey,
            delegatingKey: try folder.wholeKey.publicKey, receivingKey: folder.doctor.publicKey)
    }
}
