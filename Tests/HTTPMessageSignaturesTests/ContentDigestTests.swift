import HTTPMessageSignatures
import HTTPTypes
import Testing

@Suite struct ContentDigestTests {
    private func fields(_ digest: String) -> HTTPFields { [.contentDigest: digest] }
    // RFC 9530, appendix B and D: {"hello": "world"} and a newline.
    private let hello = Array("{\"hello\": \"world\"}".utf8)
    private let sha256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    private let sha512 =
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"

    @Test func publishedDigestsHold() throws {
        #expect(try ContentDigest.field(of: hello).value == sha256)
        for digest in [sha256, sha512, "\(sha512), \(sha256)", "unknown=:AA==:, \(sha256)"] {
            try ContentDigest.verify(hello, against: fields(digest))
        }
    }

    @Test func everyKnownDigestMustHold() throws {
        let other = try ContentDigest.field(of: [1]).value
        #expect(throws: MessageSignatureError.digestMismatch("sha-256")) {
            try ContentDigest.verify(hello, against: fields("\(sha512), \(other)"))
        }
        #expect(throws: MessageSignatureError.digestMismatch("sha-512")) {
            try ContentDigest.verify(hello + [0], against: fields(sha512))
        }
    }

    @Test func contentWithoutAKnownDigestIsRefused() {
        #expect(throws: MessageSignatureError.missingField("content-digest")) {
            try ContentDigest.verify([], against: [:])
        }
        #expect(throws: MessageSignatureError.noKnownDigest) {
            try ContentDigest.verify(hello, against: fields("md5=:AA==:"))
        }
        #expect { try ContentDigest.verify(hello, against: fields("sha-256=1")) } throws: {
            ($0 as? MessageSignatureError)?.code == "malformed-field"
        }
    }
}
