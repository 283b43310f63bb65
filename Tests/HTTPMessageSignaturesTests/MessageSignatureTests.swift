import Crypto
import HTTPMessageSignatures
import HTTPTypes
import Testing

@Suite struct MessageSignatureTests {
    private let fixture = SigningFixture()

    @Test func aSignedRequestVerifiesAndSaysWhoseItIs() throws {
        let verified = try fixture.verify(try fixture.signed())
        #expect(verified.keyID == "key")
        #expect(verified.nonce == "nonce")
        #expect(verified.refusedFrom == SigningFixture.now + 61)
    }

    @Test func whatASignatureCoversCannotBeChanged() throws {
        let good = try fixture.signed()
        var changed: [HTTPRequest] = []
        func with(_ change: (inout HTTPRequest) -> Void) {
            var request = good
            change(&request)
            changed.append(request)
        }
        with { $0.method = .put }
        with { $0.authority = "proxy.example" }
        with { $0.path = "/a?b=d" }
        with { $0.path = "/a/?b=c" }
        with { $0.headerFields[.contentType] = "text/html" }
        with { $0.headerFields.append(HTTPField(name: .contentType, value: "text/html")) }
        with { $0.headerFields[.contentDigest] = "sha-256=:AAAA:" }
        for request in changed {
            #expect(throws: MessageSignatureError.invalidSignature, "\(request)") { try fixture.verify(request) }
        }
    }

    @Test func aFieldThatMustBeCoveredCannotBeAdded() throws {
        var request = try fixture.signed()
        request.headerFields[.range] = "bytes=0-1"
        #expect(throws: MessageSignatureError.uncoveredComponent("\"range\"")) { try fixture.verify(request) }
    }

    @Test func anotherKeyDoesNotVerify() throws {
        let request = try fixture.signed()
        let unverified = try UnverifiedSignature(
            of: .request(request), under: fixture.policy, now: SigningFixture.now)
        #expect(throws: MessageSignatureError.invalidSignature) {
            try unverified.verified(by: P256.Signing.PrivateKey().publicKey)
        }
    }

    @Test func aSignatureCountsFromItsCreationToItsMaximumAge() throws {
        let request = try fixture.signed()
        let now = SigningFixture.now
        for moment in [now - 10, now, now + 60] { try fixture.verify(request, now: moment) }
        #expect(throws: MessageSignatureError.createdInFuture(seconds: 11)) {
            try fixture.verify(request, now: now - 11)
        }
        #expect(throws: MessageSignatureError.tooOld(seconds: 61)) { try fixture.verify(request, now: now + 61) }
    }

    @Test func aVerifierThatHasForgottenNoncesRefusesWhatIsOlder() throws {
        var fixture = fixture
        fixture.policy.notCreatedBefore = SigningFixture.now + 1
        let request = try fixture.signed()
        #expect(throws: MessageSignatureError.tooOld(seconds: 5)) {
            try fixture.verify(request, now: SigningFixture.now + 5)
        }
    }

    @Test func aResponseIsBoundToItsRequest() throws {
        let request = try fixture.request()
        var response = HTTPResponse(status: .ok)
        try fixture.signer.sign(
            &response, answering: request, covering: [.status, .path.ofRequest, .field(.contentDigest).ofRequest],
            created: SigningFixture.now, nonce: "n")
        let policy = VerificationPolicy(tag: "test/1", required: [.status, .path.ofRequest])
        func verify(_ request: HTTPRequest?) throws {
            _ = try UnverifiedSignature(
                of: .response(response, answering: request), under: policy, now: SigningFixture.now
            ).verified(by: fixture.key.publicKey)
        }
        try verify(request)
        var other = request
        other.path = "/other"
        #expect(throws: MessageSignatureError.invalidSignature) { try verify(other) }
        #expect(throws: MessageSignatureError.missingComponent("\"@path\";req")) { try verify(nil) }
    }

    @Test func everyTruncationOfTheFieldsIsRefused() throws {
        let good = try fixture.signed()
        for name in [HTTPField.Name.signature, .signatureInput] {
            let value = try #require(good.headerFields[name])
            for length in 0..<value.utf8.count {
                var request = good
                request.headerFields[name] = String(decoding: value.utf8.prefix(length), as: UTF8.self)
                #expect(throws: MessageSignatureError.self, "\(name) cut to \(length)") { try fixture.verify(request) }
            }
        }
    }

    @Test func everyFlippedBitOfTheFieldsIsRefused() throws {
        let good = try fixture.signed()
        for name in [HTTPField.Name.signature, .signatureInput] {
            let value = Array(try #require(good.headerFields[name]).utf8)
            for bit in 0..<value.count * 8 {
                var bytes = value
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                let text = String(decoding: bytes, as: UTF8.self)
                guard HTTPField.isValidValue(text) else { continue }
                var request = good
                request.headerFields[name] = text
                #expect(throws: MessageSignatureError.self, "\(name): \(text)") { try fixture.verify(request) }
            }
        }
    }

    @Test func whatIsLongerThanItsBoundIsRefusedUnread() throws {
        let good = try fixture.signed()
        var long = good
        let input = try #require(good.headerFields[.signatureInput])
        long.headerFields[.signatureInput] = input + ";x=\"" + String(repeating: "a", count: 4096) + "\""
        #expect { try fixture.verify(long) } throws: { ($0 as? MessageSignatureError)?.code == "field-too-long" }
        var many = try fixture.request()
        #expect(throws: MessageSignatureError.tooManyComponents(25)) {
            try fixture.signer.sign(
                &many, covering: (0..<25).map { .field(HTTPField.Name("x-\($0)")!) }, created: 0, nonce: "n")
        }
    }

    @Test func aValueThatIsNotPrintableIsNotSigned() throws {
        var request = try fixture.request()
        request.headerFields[.range] = "bytes=é"
        #expect(throws: MessageSignatureError.unsignableValue("\"range\"")) {
            try fixture.signer.sign(&request, covering: [.field(.range)], created: 0)
        }
    }
}
