import Octets
import Secp256k1
import Testing

@testable import Umbral

@Suite struct SplitIssuanceTests {
    static let shapes = [(1, 1), (1, 3), (2, 3), (3, 5), (5, 5)]

    @Test(arguments: shapes)
    func anyThresholdOfTheFragmentsOpensRecords(_ threshold: Int, _ shares: Int) throws {
        var folder = try SplitFolder(seed: UInt64(10 * threshold + shares))
        let fragments = try folder.issue(threshold, of: shares)
        #expect(fragments.count == shares)
        for _ in 0..<2 {
            let (capsule, seed) = try folder.encapsulate()
            for chosen in combinations(threshold, of: fragments) {
                let opened = try folder.open(capsule, expecting: seed, with: chosen, threshold: threshold)
                #expect(opened == seed)
            }
        }
    }

    @Test(arguments: shapes)
    func theResultIsAStandardKeyFragment(_ threshold: Int, _ shares: Int) throws {
        var folder = try SplitFolder(seed: UInt64(20 * threshold + shares))
        for made in try folder.issue(threshold, of: shares) {
            let bytes = made.serialized
            #expect(bytes.count == KeyFragment.serializedByteCount)
            let read = try KeyFragment(serialized: bytes)
            #expect(read.signedKeys == .both)
            let verified = try read.verified(
                by: folder.signer.verifyingKey, delegatingKey: try folder.wholeKey.publicKey,
                receivingKey: folder.doctor.publicKey)
            #expect(verified.serialized == bytes)
            #expect(throws: UmbralError.keyFragmentSignatureInvalid) {
                try read.verified(
                    by: folder.signer.verifyingKey, delegatingKey: folder.patient.publicKey,
                    receivingKey: folder.doctor.publicKey)
            }
        }
    }

    @Test(arguments: [(2, 3), (3, 5), (5, 5)])
    func fewerThanTheThresholdOpenNothing(_ threshold: Int, _ shares: Int) throws {
        var folder = try SplitFolder(seed: UInt64(30 * threshold + shares))
        let fragments = try folder.issue(threshold, of: shares)
        let (capsule, seed) = try folder.encapsulate()
        for chosen in combinations(threshold - 1, of: fragments) {
            // Asked as the grant says, and as though the threshold were lower.
            #expect(throws: UmbralError.tooFewFragments(usable: threshold - 1, threshold: threshold, rejected: [])) {
                try folder.open(capsule, expecting: seed, with: chosen, threshold: threshold)
            }
            #expect(throws: UmbralError.seedRefused(rejected: [])) {
                try folder.open(capsule, expecting: seed, with: chosen, threshold: threshold - 1)
            }
        }
    }

    /// The halves' sum is a polynomial of degree t - 1 exactly whose value at 0 is a/d: t points give it, t - 1 do not.
    @Test(arguments: shapes)
    func theSumOfThePolynomialsHasTheRightDegreeAndConstantTerm(_ threshold: Int, _ shares: Int) throws {
        var folder = try SplitFolder(seed: UInt64(40 * threshold + shares))
        let issuance = try folder.begin(threshold, of: shares)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        let keys = try zip(halves, answer.halves).map { try $0.key.adding($1.key).revealed() }
        let places = issuance.request.fragments.map { $0.coordinate.revealed() }
        let expected = try folder.wholeKey.scalar.multiplied(by: issuance.request.d.inverted()).revealed()
        for count in 1...shares {
            let value = try interpolateAtZero(Array(zip(places, keys).prefix(count)))
            #expect((value == expected) == (count >= threshold))
        }
    }

    @Test func halvesAddUpToTheSignedCommitments() throws {
        var folder = try SplitFolder()
        let issuance = try folder.begin(3, of: 5)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        for (half, service) in zip(halves, answer.halves) {
            #expect(half.id == service.id)
            #expect(half.serviceCommitment == UmbralParameters.secondGenerator.multiplied(by: service.key))
            #expect(
                half.sum == UmbralParameters.secondGenerator.multiplied(by: try half.key.adding(service.key)))
            #expect(half.commitment == half.sum.compressed)
        }
        #expect(Set(halves.map(\.commitment)).count == 5)
    }

    @Test func everyIssuanceIsFresh() throws {
        var folder = try SplitFolder()
        let first = try folder.issue(2, of: 3)
        let second = try folder.issue(2, of: 3)
        #expect(first[0].fragment.precursor != second[0].fragment.precursor)
        #expect(Set((first + second).map(\.id)).count == 6)
        // Fragments of two issuances do not mix.
        let (capsule, seed) = try folder.encapsulate()
        #expect(throws: UmbralError.self) {
            try folder.open(capsule, expecting: seed, with: [first[0], second[1]], threshold: 2)
        }
    }

    @Test func anotherDoctorCannotUseTheFragments() throws {
        var folder = try SplitFolder()
        let fragments = try folder.issue(2, of: 3)
        let (capsule, seed) = try folder.encapsulate()
        let answers = try fragments.map { try $0.reencrypt(capsule).fragment }
        let stranger = SecretKey.random(using: &folder.generator)
        let session = try GrantSession(
            receiver: stranger, precursor: fragments[0].fragment.precursor,
            delegatingKey: try folder.wholeKey.publicKey, verifyingKey: folder.signer.verifyingKey, threshold: 2)
        #expect(throws: UmbralError.self) { try session.open(capsule: capsule, fragments: answers) { $0 == seed } }
    }

    @Test(arguments: [(0, 3), (4, 3), (0, 0), (1, 256), (256, 256), (-1, 3), (1, -1)])
    func thresholdsWithoutMeaningAreRefused(_ threshold: Int, _ shares: Int) throws {
        let folder = try SplitFolder()
        #expect(throws: IssuanceError.thresholdOutOfRange(threshold: threshold, shares: shares)) {
            try PatientIssuance(
                share: folder.patient, serviceShare: folder.service.publicKey,
                receivingKey: folder.doctor.publicKey, consent: folder.consent, threshold: threshold,
                shares: shares)
        }
    }

    @Test func sidesCannotTakeEachOthersPart() throws {
        var folder = try SplitFolder()
        #expect(throws: IssuanceError.wrongRole(expected: .patient, actual: .service)) {
            try PatientIssuance(
                share: folder.service, serviceShare: folder.patient.publicKey,
                receivingKey: folder.doctor.publicKey, consent: folder.consent, threshold: 1, shares: 1)
        }
        let request = try folder.begin(1, of: 1).request
        #expect(throws: IssuanceError.wrongRole(expected: .service, actual: .patient)) {
            try ServiceIssuance(share: folder.patient, request: request, consent: folder.consent)
        }
    }

    @Test func theLargestGrantWorks() throws {
        var folder = try SplitFolder(proxies: 1)
        let issuance = try folder.begin(2, of: 255)
        let answer = try folder.answer(try IssuanceRequest(serialized: issuance.request.serialized))
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        let last = try #require(halves.last)
        let made = try KeyFragmentAssembly.fragment(
            patientHalf: last, serviceHalf: answer.halves[254], verifyingKey: folder.signer.verifyingKey,
            delegatingKey: try folder.wholeKey.publicKey, receivingKey: folder.doctor.publicKey)
        #expect(made.id == issuance.request.fragments[254].id)
    }

    private func interpolateAtZero(_ points: [(PublicScalar, PublicScalar)]) throws -> PublicScalar {
        var sum: PublicScalar?
        for (index, point) in points.enumerated() {
            var term = point.1
            for (other, place) in points.enumerated() where other != index {
                term = term.multiplied(by: place.0.multiplied(by: try place.0.subtracting(point.0).inverted()))
            }
            sum = try sum?.adding(term) ?? term
        }
        return try #require(sum)
    }
}
