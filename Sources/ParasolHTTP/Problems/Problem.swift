internal import FoundationEssentials

/// A refusal or failure as it crosses the wire: problem details (RFC 9457), with a stable code, what to do next, and the values
/// from which the client makes the same typed error again.
package struct Problem: Error, Hashable, Sendable {
    package static let mediaType = "application/problem+json"
    /// More than this no problem says; a longer document is none.
    package static let maximumBytes = 16 << 10

    /// The HTTP status.
    package let status: Int
    /// Stable, such as `ledger.not-final`: what programs tell problems apart by.
    package let code: String
    /// The kind of problem in a few words, the same for every occurrence.
    package let title: String
    /// What is wrong this time, for people.
    package let detail: String
    /// What to do about it; empty where nothing can be done.
    package let next: String
    /// What the code's error carries. Numbers in decimal, identifiers in hexadecimal.
    package let values: [String: String]
    /// Whole seconds after which trying again may help; nil where it will not.
    package let retryAfterSeconds: Int?

    package init(
        status: Int, code: String, title: String, detail: String, next: String = "", values: [String: String] = [:],
        retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.next = next
        self.values = values
        self.retryAfterSeconds = retryAfterSeconds
    }
}

extension Problem {
    /// The document's members. `type` is a reference to what Protocols/http.md says of the code.
    private struct Document: Codable {
        var type: String?
        var title: String?
        var status: Int
        var detail: String?
        var code: String
        var next: String?
        var values: [String: String]?
        var retryAfterSeconds: Int?

        enum CodingKeys: String, CodingKey {
            case type, title, status, detail, code, next, values
            case retryAfterSeconds = "retry_after_seconds"
        }
    }

    /// The JSON document, with sorted members.
    package var encoded: [UInt8] {
        let document = Document(
            type: "/problems/" + code, title: title, status: status, detail: detail, code: code,
            next: next.isEmpty ? nil : next, values: values.isEmpty ? nil : values,
            retryAfterSeconds: retryAfterSeconds)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and integers can always be encoded.
        guard let data = try? encoder.encode(document) else { return Array("{}".utf8) }
        return Array(data)
    }

    /// Reads a document; nil for what is none of ours.
    package init?(encoded bytes: [UInt8]) {
        guard bytes.count <= Self.maximumBytes,
            let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
            (400...599).contains(document.status)
        else { return nil }
        self.init(
            status: document.status, code: document.code, title: document.title ?? "", detail: document.detail ?? "",
            next: document.next ?? "", values: document.values ?? [:], retryAfterSeconds: document.retryAfterSeconds)
    }
}

extension Problem {
    /// What strangers may know of it: of a fault of the server that there is one, and not in which file.
    package var withoutInternals: Problem {
        guard status == 500 else { return self }
        let text = "the server's log tells more"
        var values = values
        if values["reason"] != nil { values["reason"] = text }
        return Problem(
            status: status, code: code, title: title, detail: text, next: next, values: values,
            retryAfterSeconds: retryAfterSeconds)
    }
}

extension Problem: CustomStringConvertible {
    package var description: String { "\(code): \(detail)" + (next.isEmpty ? "" : " (\(next))") }
}
