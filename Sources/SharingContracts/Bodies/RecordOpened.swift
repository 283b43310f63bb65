import SharingMessages

/// Whoever requested access has opened the record.
package struct RecordOpened: Hashable, Sendable {
    package let request: TransactionID

    package init(request: TransactionID) {
        self.request = request
    }
}

extension RecordOpened {
    init(_ wire: WireRecordOpened) throws(ContractViolation) {
        request = try WireFields(message: "RecordOpened").identifier(wire.requestID, "request_id")
    }

    var wire: WireRecordOpened {
        var wire = WireRecordOpened()
        wire.requestID = .init(request)
        return wire
    }
}
