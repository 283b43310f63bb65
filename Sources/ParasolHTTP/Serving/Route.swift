package import HTTPTypes
package import Hummingbird
internal import NIOCore

/// One thing that a server does: a method, a path, who may, how much content it takes, and how.
package struct Route: Sendable {
    package let method: HTTPRequest.Method
    /// Segments in braces are parameters; `**` at the end takes any rest.
    package let path: String
    /// The path for people: below no prefix, and a parameter in braces for each part that is not the same in every deployment.
    package let template: String
    /// The name of the role whose it is; empty for the server's own.
    package private(set) var role = ""
    package let access: Access
    /// The content's media type; nil where any will do, or there is none.
    package let accepts: String?
    /// 0 where it takes no content.
    package let maximumBodyBytes: Int
    /// How many ordinary requests it counts as where rates are limited.
    package let cost: Double
    /// The media type of each status with which it does its part; empty where there is no content.
    package let answers: [Int: String]
    /// The statuses of problems besides ``commonRefusals``.
    package let refusals: Set<Int>
    /// Whether only other nodes have business there.
    package let isForNodes: Bool
    package let handler: @Sendable (AdmittedRequest) async throws -> Answer

    /// The statuses of problems that every route may answer: of the path, the signature, the size, the rate, and of faults.
    package static let commonRefusals: Set<Int> = [400, 401, 403, 404, 413, 421, 429, 500, 503]

    package init(
        _ method: HTTPRequest.Method, _ path: String, template: String? = nil, access: Access, accepts: String? = nil,
        maximumBodyBytes: Int = 0, cost: Double = 1, answers: [Int: String] = [:], refusals: Set<Int> = [],
        isForNodes: Bool = false, handler: @escaping @Sendable (AdmittedRequest) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.template = template ?? path
        self.access = access
        self.accepts = accepts
        self.maximumBodyBytes = maximumBodyBytes
        self.cost = cost
        self.answers = answers
        self.refusals = refusals
        self.isForNodes = isForNodes
        self.handler = handler
    }

    /// Every status that a request may be answered with.
    package var statuses: Set<Int> {
        Self.commonRefusals.union(refusals).union(answers.keys).union(accepts == nil ? [] : [415])
    }

    /// The same below a prefix: a path with a slash at its beginning and none at its end, or empty.
    package func below(_ prefix: String) -> Route {
        var below = Route(
            method, prefix + path, template: template, access: access, accepts: accepts,
            maximumBodyBytes: maximumBodyBytes, cost: cost, answers: answers, refusals: refusals,
            isForNodes: isForNodes,
            handler: handler)
        below.role = role
        return below
    }

    /// The same as a part of a role.
    package func of(role name: String) -> Route {
        var route = self
        route.role = name
        return route
    }
}

/// A request that was let through: whose it is, and all of its content.
package struct AdmittedRequest: Sendable {
    /// Nil where nobody signed.
    package let requester: EnrolledSigner?
    package let head: HTTPRequest
    package let body: [UInt8]
    let parameters: Parameters
    let connection: RequestConnection

    /// A parameter of the route's path.
    ///
    /// - Throws: ``RequestRefusal/notFound`` where `parse` makes nothing of it.
    package func parameter<Value>(
        _ name: String, _ parse: (String) throws -> Value?
    ) throws(RequestRefusal) -> Value {
        guard let text = parameters.get(name), let value = try? parse(text) else { throw .notFound }
        return value
    }

    /// The path without its query.
    package var path: Substring { (head.path ?? "").prefix { $0 != "?" } }

    /// The query's items, which are exactly these, each once.
    ///
    /// - Throws: ``RequestRefusal/malformed(_:)``.
    package func query(_ names: String...) throws(RequestRefusal) -> [String: String] {
        let target = head.path ?? ""
        guard let mark = target.firstIndex(of: "?") else {
            guard names.isEmpty else { throw .malformed("the query must give \(names.joined(separator: ", "))") }
            return [:]
        }
        var items: [String: String] = [:]
        for item in target[target.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, names.contains(String(parts[0])),
                items.updateValue(String(parts[1]), forKey: String(parts[0])) == nil
            else { throw .malformed("the query must give \(names.joined(separator: ", ")), each once") }
        }
        guard items.count == names.count else {
            throw .malformed("the query must give \(names.joined(separator: ", "))")
        }
        return items
    }

    /// A decimal item of the query, without leading zeros or a sign.
    package static func decimal(_ text: String?, _ name: String) throws(RequestRefusal) -> UInt64 {
        guard let text, let value = UInt64(text), "\(value)" == text else {
            throw .malformed("\(name) is no decimal number")
        }
        return value
    }
}

/// What a route answers.
package struct Answer: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: ResponseBody

    package init(status: HTTPResponse.Status = .ok, fields: HTTPFields = [:], body: ResponseBody = ResponseBody()) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Bytes of a media type.
    package init(
        status: HTTPResponse.Status = .ok, _ bytes: [UInt8], type: String, fields: HTTPFields = [:]
    ) {
        self.init(status: status, fields: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        self.fields[.contentType] = type
    }

    /// A refusal or failure.
    package init(_ problem: Problem) {
        self.init(status: .init(code: problem.status), problem.encoded, type: Problem.mediaType)
        fields[.cacheControl] = "no-store"
        if let seconds = problem.retryAfterSeconds { fields[.retryAfter] = "\(seconds)" }
        if problem.status == 401 { fields[.wwwAuthenticate] = "Signature tag=\"\(SignatureProfile.tag)\"" }
    }
}
