import Octets
import Secp256k1
import Testing

@testable import Umbral

@Suite struct IssuanceEncodingTests {
    @Test func requestsRoundTrip() throws {
        var folder = try SplitFolder(proxies: 0)
        for (threshold, shares) in [(1, 1), (2, 3), (3, 5), (255, 255)] {
            let request = try folder.begin(threshold, of: shares).request
            let bytes = request.serialized
            #expect(bytes.count == IssuanceRequest.serializedByteCount(shares: shares))
            let read = try IssuanceRequest(serialized: bytes)
            #expect(read.serialized == bytes)
            #expect(read.threshold == threshold && read.precursor == request.precursor)
            #expect(try IssuanceRequest(serialized: bytes.copied).serialized == bytes)
        }
    }

    @Test func requestsOfEveryOtherLengthAreRefused() throws {
        var folder = try SplitFolder(proxies: 0)
        let bytes = try folder.begin(2, of: 3).request.serialized.copied
        for count in 0..<bytes.count {
            #expect(throws: IssuanceError.self) { try IssuanceRequest(serialized: Array(bytes.prefix(count))) }
        }
        #expect(
            throws: IssuanceError.malformed(
                frame: .request, reason: .trailing(offset: bytes.count, count: 1))
        ) { try IssuanceRequest(serialized: bytes + [0]) }
    }

    @Test func requestsThatSayNonsenseAreRefused() throws {
        var folder = try SplitFolder(proxies: 0)
        let bytes = try folder.begin(2, of: 3).request.serialized.copied
        func changed(_ range: Range<Int>, to other: [UInt8]) -> [UInt8] {
            Array(bytes[..<range.lowerBound]) + other + bytes[range.upperBound...]
        }
        let zero = [UInt8](repeating: 0, count: 32)
        let cases: [([UInt8], IssuanceError)] = [
            (changed(0..<1, to: [2]), .unknownVersion(frame: .request, found: 2)),
            (changed(1..<2, to: [0]), .thresholdOutOfRange(threshold: 0, shares: 3)),
            (changed(1..<2, to: [4]), .thresholdOutOfRange(threshold: 4, shares: 3)),
            (changed(2..<3, to: [0]), .thresholdOutOfRange(threshold: 2, shares: 0)),
            (changed(3..<35, to: zero), .invalidElement(frame: .request, field: .d, reason: .scalarOutOfRange)),
            (
                changed(35..<36, to: [4]),
                .invalidElement(frame: .request, field: .precursor, reason: .notCompressed(prefix: 4))
            ),
            // A share at 0 would be the key itself.
            (
                changed(100..<132, to: zero),
                .invalidElement(frame: .request, field: .coordinate, reason: .scalarOutOfRange)
            ),
            (changed(132..<164, to: Array(bytes[68..<100])), .repeatedFragment(index: 1)),
            (changed(228..<260, to: Array(bytes[100..<132])), .repeatedCoordinate(index: 2)),
        ]
        for (input, error) in cases { #expect(throws: error) { try IssuanceRequest(serialized: input) } }
    }

    @Test func responsesRoundTripAndAreStrict() throws {
        var folder = try SplitFolder(proxies: 0)
        let response = try folder.answer(try folder.begin(2, of: 3).request).response
        let bytes = response.serialized
        #expect(bytes.count == IssuanceResponse.serializedByteCount(threshold: 2))
        #expect(try IssuanceResponse(serialized: bytes) == response)
        for count in 0..<bytes.count {
            #expect(throws: IssuanceError.self) { try IssuanceResponse(serialized: Array(bytes.prefix(count))) }
        }
        #expect(throws: IssuanceError.self) { try IssuanceResponse(serialized: bytes + [0]) }
        #expect(throws: IssuanceError.unknownVersion(frame: .response, found: 0)) {
            try IssuanceResponse(serialized: [0] + bytes.dropFirst())
        }
        #expect(throws: IssuanceError.thresholdOutOfRange(threshold: 0, shares: 255)) {
            try IssuanceResponse(serialized: [1, 0] + bytes[68...])
        }
        #expect(throws: IssuanceError.invalidElement(frame: .response, field: .commitment, reason: .infinity)) {
            try IssuanceResponse(serialized: [1, 2] + [UInt8](repeating: 0, count: 33) + bytes[35...])
        }
    }

    @Test func sealedHalvesHaveOneLengthASide() throws {
        var folder = try SplitFolder(proxies: 1)
        let (patient, service) = try folder.sealedHalves(1, of: 1)[0]
        #expect(patient.serialized.count == 1364)
        #expect(service.serialized.count == 1201)
        for half in [patient, service] {
            let bytes = half.serialized
            #expect(bytes.count == SealedHalf.serializedByteCount(of: half.side))
            #expect(try SealedHalf(serialized: bytes) == half)
            #expect(throws: IssuanceError.self) { try SealedHalf(serialized: bytes.dropLast()) }
            #expect(throws: IssuanceError.self) { try SealedHalf(serialized: bytes + [0]) }
            #expect(throws: IssuanceError.unknownRole(found: 3)) {
                try SealedHalf(serialized: [3] + bytes.dropFirst())
            }
        }
        #expect(throws: IssuanceError.self) { try SealedHalf(serialized: []) }
    }

    @Test func sealingTheSameHalfTwiceGivesDifferentBytes() throws {
        var folder = try SplitFolder(proxies: 1)
        let half = ServiceHalf(id: KeyFragmentIdentifier(), key: .random(using: &folder.generator))
        let key = folder.proxies[0].key
        let first = try half.sealed(to: key.sealingKey, proxy: folder.proxies[0].id, consent: folder.consent)
        let second = try half.sealed(to: key.sealingKey, proxy: folder.proxies[0].id, consent: folder.consent)
        #expect(first != second)
        for sealed in [first, second] {
            let opened = try sealed.openedAsServiceHalf(
                by: key, proxy: folder.proxies[0].id, consent: folder.consent)
            #expect(opened.key == half.key)
        }
    }

    @Test func sealingKeysComeFromTheirSeed() throws {
        var generator = SeededGenerator(60)
        let seed = SecretOctets.random(count: 32, using: &generator)
        let key = try OpeningKey(seed: seed)
        #expect(key.sealingKey.serialized.count == SealingKey.serializedByteCount)
        #expect(try OpeningKey(seed: key.seed).sealingKey == key.sealingKey)
        #expect(try SealingKey(serialized: key.sealingKey.serialized) == key.sealingKey)
        #expect(try OpeningKey.random().sealingKey != OpeningKey.random().sealingKey)
        for count in [0, 31, 33, 64] {
            #expect(
                throws: IssuanceError.malformed(
                    frame: .openingKey, reason: .wrongLength(expected: 32, actual: count))
            ) { try OpeningKey(seed: SecretOctets(copying: [UInt8](repeating: 1, count: count))) }
        }
        for count in [0, 1215, 1217] {
            #expect(
                throws: IssuanceError.malformed(
                    frame: .sealingKey, reason: .wrongLength(expected: 1216, actual: count))
            ) { try SealingKey(serialized: [UInt8](repeating: 1, count: count)) }
        }
    }

    @Test func nothingPrintsItsSecrets() throws {
        var folder = try SplitFolder(proxies: 1)
        let issuance = try folder.begin(1, of: 1)
        let answer = try folder.answer(issuance.request)
        let halves = try issuance.complete(with: answer.response, signer: folder.signer)
        let secrets = [
            issuance.request.d, issuance.request.fragments[0].coordinate, halves[0].key, answer.halves[0].key,
        ].map { $0.revealed().description }
        var dumped = ""
        dump(issuance, to: &dumped)
        dump(answer, to: &dumped)
        dump(halves, to: &dumped)
        dump(folder.proxies[0].key, to: &dumped)
        dumped += "\(issuance) \(issuance.request) \(answer.halves) \(halves) \(folder.proxies[0].key)"
        for secret in secrets + [folder.proxies[0].key.seed.copied.hexadecimal] { #expect(!dumped.contains(secret)) }
    }

    @Test func errorsSayWhatIsWrong() {
        let all: [IssuanceError] = [
            .malformed(frame: .request, reason: .trailing(offset: 1, count: 2)),
            .unknownVersion(frame: .request, found: 9), .unknownRole(found: 9),
            .invalidElement(frame: .response, field: .commitment, reason: .infinity),
            .thresholdOutOfRange(threshold: 3, shares: 2), .repeatedFragment(index: 1),
            .repeatedCoordinate(index: 1), .wrongRole(expected: .patient, actual: .service),
            .shareProofInvalid(role: .patient), .differentFolders, .sharesEqual, .sharesCancel,
            .wrongCommitmentCount(expected: 2, actual: 3), .serviceProofInvalid, .sealingFailed,
            .sealedHalfRefused(side: .patient), .differentFragments, .wrongHalf(of: .service), .signatureInvalid,
            .decapsulationProofInvalid, .degenerate(.half),
        ]
        #expect(Set(all.map(\.description)).count == all.count)
    }
}
