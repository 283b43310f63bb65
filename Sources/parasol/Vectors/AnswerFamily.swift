import Octets
import ServiceProtocols
import SharingContracts

/// `answers`: answers sealed to a request's key, and what must not open.
enum AnswerFamily: VectorFamily {
    static let name = "answers"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let cases = try fields["cases"].array()
        for (index, node) in cases.enumerated() {
            var fields = try node.fields()
            let (key, context) = try recipient(&fields)
            try fields["answer_key"].equals(node.attempt { () throws(AnswerError) in try key.publicKey }.bytes)
            let sealed = try fields["sealed"]
            let answer = try sealed.parsed { bytes throws(AnswerError) in
                try key.open(SealedAnswer(serialized: bytes), in: context)
            }
            try fields["answer"].equals(answer)
            try fields.finish()
            report("answer \(index): \(answer.count) bytes open")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let what = try fields["what"].string()
            let (key, context) = try recipient(&fields)
            let bytes = try fields["sealed"].octets()
            do throws(AnswerError) {
                _ = try key.open(SealedAnswer(serialized: bytes), in: context)
            } catch {
                try fields.finishBound()
                report("answer, \(what): refused")
                continue
            }
            throw node.failure(.accepted)
        }
        try fields.finish()
        return cases.count + refused.count
    }

    /// Whom an answer is for.
    private static func recipient(
        _ fields: inout VectorFields
    ) throws(VectorError) -> (key: AnswerKey, context: AnswerContext) {
        let origin = try fields["origin"].string()
        let secret = SecretOctets(copying: try fields["secret"].octets())
        let request = try fields["request"].parsed { bytes throws(OctetsError) in try TransactionID(bytes) }
        let transformer = try fields["transformer"].parsed { bytes throws(OctetsError) in try IdentityID(bytes) }
        let key = try fields["secret"].attempt { () throws(AnswerError) in try AnswerKey(from: secret, for: request) }
        return (key, AnswerContext(origin: origin, request: request, transformer: transformer))
    }
}
