internal import Octets
internal import SharingContracts

/// What the clients of all services share: a connection, and failures as the service's own errors.
struct RemoteService<Failure: WireError>: Sendable {
    let server: ServerConnection

    /// Calls, and parses the content of this type.
    func answer<Value>(
        _ call: Call, type: String, _ parse: ([UInt8]) throws -> Value
    ) async throws(Failure) -> Value {
        do throws(CallFailure) {
            let answer = try await server.call(call)
            return try CallFailure.parsed { try parse(try answer.content(type)) }
        } catch { throw error.error() }
    }

    /// Calls for what the answer's head says.
    func head<Value>(_ call: Call, _ parse: (CallAnswer) throws -> Value) async throws(Failure) -> Value {
        do throws(CallFailure) {
            let answer = try await server.call(call)
            return try CallFailure.parsed { try parse(answer) }
        } catch { throw error.error() }
    }

    /// Content that an in-process service would have refused as well.
    func encoded(_ body: () throws -> [UInt8]) throws(Failure) -> [UInt8] {
        do { return try body() } catch { throw .unreachable("the request cannot be sent: \(error)") }
    }

    static func exactly(_ count: Int, _ bytes: [UInt8]) throws(CallFailure) -> [UInt8] {
        guard bytes.count == count else { throw .badAnswer("\(bytes.count) bytes, not \(count)") }
        return bytes
    }

    static func identifiers<Kind>(_ bytes: [UInt8]) throws -> [Identifier<Kind>] {
        try WireCoding.read(bytes, "identifiers") { reader in
            var identifiers: [Identifier<Kind>] = []
            while !reader.isAtEnd { identifiers.append(Identifier(try reader.readFixed())) }
            return identifiers
        }
    }
}
