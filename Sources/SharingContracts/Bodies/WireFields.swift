import Octets
import SharingMessages
import Umbral

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

// The only place that touches `Data`, which generated messages use for byte fields.

extension Data {
    // Not `Array(self)`, which asks for each byte.
    var octets: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }

    init(_ identifier: Identifier<some IdentifierKind>) { self.init(identifier.bytes) }

    init<let length: Int>(_ octets: FixedOctets<length>) { self.init(octets.bytes) }

    init(_ key: PublicKey) { self.init(key.compressed) }

    init(_ key: SigningKey) { self.init(key.compressed) }
}

/// Reads the fields of one message into typed values, and says which field is wrong.
struct WireFields {
    /// The message's name, for reasons.
    let message: StaticString

    func violation(_ field: StaticString, _ reason: String) -> ContractViolation {
        ContractViolation(.malformedField, "\(message).\(field): \(reason)")
    }

    func fixed<let length: Int>(
        _ data: Data, _ field: StaticString, _ type: FixedOctets<length>.Type = FixedOctets<length>.self
    ) throws(ContractViolation) -> FixedOctets<length> {
        do { return try FixedOctets(data) } catch {
            throw violation(field, "\(data.count) bytes, expected \(length)")
        }
    }

    func identifier<Kind>(_ data: Data, _ field: StaticString) throws(ContractViolation) -> Identifier<Kind> {
        Identifier(try fixed(data, field, FixedOctets<16>.self))
    }

    /// A list of identifiers, strictly ascending, as many as `count` allows.
    func identifiers<Kind>(
        _ list: [Data], _ field: StaticString, count: ClosedRange<Int>
    ) throws(ContractViolation) -> [Identifier<Kind>] {
        try require(count: list.count, in: count, field)
        var identifiers: [Identifier<Kind>] = []
        identifiers.reserveCapacity(list.count)
        for data in list {
            let next: Identifier<Kind> = try identifier(data, field)
            if let last = identifiers.last, last >= next {
                throw ContractViolation(.notAscending, "\(message).\(field): \(next) does not follow \(last)")
            }
            identifiers.append(next)
        }
        return identifiers
    }

    /// A secp256k1 point, SEC1 compressed, not infinity.
    func point(_ data: Data, _ field: StaticString) throws(ContractViolation) -> PublicKey {
        let octets: FixedOctets<33> = try fixed(data, field)
        do { return try PublicKey(compressed: octets.bytes) } catch { throw violation(field, "\(error)") }
    }

    /// A P-256 point, SEC1 compressed, not infinity.
    func signingKey(_ data: Data, _ field: StaticString) throws(ContractViolation) -> SigningKey {
        guard let key = SigningKey(compressed: try fixed(data, field)) else {
            throw violation(field, "not a compressed point of P-256")
        }
        return key
    }

    /// An X-Wing public key.
    func sealingKey(_ data: Data, _ field: StaticString) throws(ContractViolation) -> SealingKey {
        do { return try SealingKey(serialized: data.octets) } catch { throw violation(field, "\(error)") }
    }

    func time(microseconds: UInt64, _ field: StaticString) throws(ContractViolation) -> Timestamp {
        let time = Timestamp(microseconds: microseconds)
        guard microseconds > 0, time <= .latest else {
            throw violation(field, "\(microseconds) µs is not between 1970 and 9999")
        }
        return time
    }

    func time(milliseconds: UInt64, _ field: StaticString) throws(ContractViolation) -> Timestamp {
        let time = Timestamp(milliseconds: milliseconds)
        guard milliseconds > 0, time <= .latest else {
            throw violation(field, "\(milliseconds) ms is not between 1970 and 9999")
        }
        return time
    }

    /// A text of bounded length without the characters that forge lines or turn text around where it is printed.
    ///
    /// They are listed by number: a category of Unicode grows with its editions, and an old leaf must be judged as it was.
    func text(_ text: String, _ field: StaticString, bytes bound: Int) throws(ContractViolation) -> String {
        try require(count: text.utf8.count, in: 1...bound, field)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            // C0 and C1 with DEL; the Arabic letter mark and the marks of direction; line and paragraph separator with the
            // embeddings and overrides of direction; its isolates.
            case 0...0x1f, 0x7f...0x9f, 0x61c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069:
                throw violation(field, "contains U+\(String(scalar.value, radix: 16, uppercase: true))")
            default: break
            }
        }
        return text
    }

    func purpose(_ code: String, _ field: StaticString) throws(ContractViolation) -> Purpose {
        guard let purpose = Purpose(code: code) else {
            throw violation(field, "not an HL7 v3 PurposeOfUse code")
        }
        return purpose
    }

    /// A number within bounds.
    func bounded<Value: FixedWidthInteger>(
        _ value: Value, in range: ClosedRange<Value>, _ field: StaticString
    ) throws(ContractViolation) -> Value {
        guard range.contains(value) else {
            throw violation(field, "\(value), allowed are \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// `whole_folder` or `record_ids`, exactly one of them.
    func scope(wholeFolder: Bool, records: [Data]) throws(ContractViolation) -> ConsentScope {
        guard wholeFolder == records.isEmpty else {
            throw violation("whole_folder", "exactly one of it and record_ids must be set")
        }
        if wholeFolder { return .wholeFolder }
        return .records(try identifiers(records, "record_ids", count: 1...Limits.consentRecords))
    }

    func require(count: Int, in range: ClosedRange<Int>, _ field: StaticString) throws(ContractViolation) {
        guard range.contains(count) else {
            throw violation(field, "\(count), allowed are \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
