import Octets
import SwiftProtobuf

/// One encoding for each message: what is carried must be what encoding it anew gives.
///
/// Protocol Buffers allow many encodings of one message: fields out of order or repeated, numbers with needless bytes,
/// defaults written out, unknown fields. A ledger can take nothing back, so nothing may be smuggled into it, and nobody
/// may be able to make a second valid encoding of what somebody else signed.
enum CanonicalCoding {
    private static let options: BinaryDecodingOptions = {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        options.messageDepthLimit = 8
        return options
    }()

    /// Decodes `bytes`, of which there may be at most `bound`.
    static func decode<Message: SwiftProtobuf.Message>(
        _ type: Message.Type, _ bytes: [UInt8], atMost bound: Int
    ) throws(ContractViolation) -> Message {
        guard bytes.count <= bound else {
            throw ContractViolation(.tooLong, "\(name(type)): \(bytes.count) bytes, at most \(bound) are allowed")
        }
        let message: Message
        do { message = try Message(serializedBytes: bytes, options: options) } catch {
            throw ContractViolation(.undecodable, "\(name(type)): \(error)")
        }
        guard try encode(message) == bytes else {
            throw ContractViolation(.nonCanonicalEncoding, "\(name(type)): not the canonical encoding")
        }
        return message
    }

    static func encode(_ message: some SwiftProtobuf.Message) throws(ContractViolation) -> [UInt8] {
        do { return try message.serializedBytes() } catch {
            throw ContractViolation(.undecodable, "\(name(type(of: message))): \(error)")
        }
    }

    private static func name(_ type: (some SwiftProtobuf.Message).Type) -> String { type.protoMessageName }
}
