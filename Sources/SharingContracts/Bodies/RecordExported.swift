import SharingMessages

/// Whoever opened the record has taken its plaintext out of Parasol's keeping.
package struct RecordExported: Hashable, Sendable {
    package let request: TransactionID

    package init(request: TransactionID) {
        self.request = request
    }
}

extension RecordExported {
    init(_ wire: WireRecordExported) throws(ContractViolation) {
        request = try WireFields(message: "RecordExported").identifier(wire.requestID, "request_id")
    }

    var wire: WireRecordExported {
        var wire = WireRecordExported()
        wire.requestID = .init(request)
        return wire
    }
}
