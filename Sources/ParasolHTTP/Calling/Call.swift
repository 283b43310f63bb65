package import HTTPTypes

/// One request, before it is signed.
package struct Call: Sendable {
    package var method: HTTPRequest.Method
    /// Path and query.
    package var target: String
    package var fields: HTTPFields
    package var contentType: String?
    package var content: [UInt8]
    /// Statuses besides 2xx that the caller understands.
    package var alsoExpects: Set<Int>
    package var maximumAnswerBytes: Int
    /// Whether it changes nothing when it arrives twice, so that it may be sent again where no answer came.
    package var isIdempotent: Bool

    /// A read.
    package static func get(
        _ target: String, fields: HTTPFields = [:], atMost maximumAnswerBytes: Int, alsoExpects: Set<Int> = []
    ) -> Call {
        Call(
            method: .get, target: target, fields: fields, contentType: nil, content: [], alsoExpects: alsoExpects,
            maximumAnswerBytes: maximumAnswerBytes, isIdempotent: true)
    }

    /// Content of a media type.
    package static func send(
        _ target: String, _ content: [UInt8], type: String, by method: HTTPRequest.Method = .post,
        fields: HTTPFields = [:], atMost maximumAnswerBytes: Int, alsoExpects: Set<Int> = [], isIdempotent: Bool
    ) -> Call {
        Call(
            method: method, target: target, fields: fields, contentType: type, content: content,
            alsoExpects: alsoExpects, maximumAnswerBytes: maximumAnswerBytes, isIdempotent: isIdempotent)
    }
}

/// A whole answer.
package struct CallAnswer: Sendable {
    package let status: Int
    package let fields: HTTPFields
    package let body: [UInt8]

    /// The content, where it is of this media type.
    ///
    /// - Throws: ``CallFailure/badAnswer(_:)``.
    package func content(_ type: String) throws(CallFailure) -> [UInt8] {
        let actual = fields[.contentType] ?? ""
        guard actual.lowercased() == type else { throw .badAnswer("content of type \(actual), not \(type)") }
        return body
    }

    /// What this answer says went wrong.
    var failure: CallFailure {
        let type = (fields[.contentType] ?? "").prefix { $0 != ";" }
        if type.lowercased() == Problem.mediaType, let problem = Problem(encoded: body), problem.status == status {
            return .problem(problem)
        }
        return .status(status, String(decoding: body.prefix(200), as: UTF8.self))
    }
}
