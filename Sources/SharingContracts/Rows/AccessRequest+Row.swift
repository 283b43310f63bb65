import SharingMessages

// Bounded by its transforms, at most 255.
extension AccessRequest: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        let body = AccessRequested(authority: authority, records: records, purpose: purpose, answerKey: answerKey)
        try writer.write(body: body.wire)
        writer.write(requested)
        writer.write(requester)
        writer.write(folder)
        writer.write(UInt8(clamping: threshold))
        writer.write(UInt8(clamping: transforms.count))
        for transform in transforms { transform.write(to: &writer) }
        writer.write(optional: opened)
        writer.write(optional: exported)
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        let body = try reader.body(WireAccessRequested.self) { wire throws(ContractViolation) in
            try AccessRequested(wire)
        }
        let event = try reader.event()
        self.init(
            id: event.transaction, authority: body.authority, requester: try reader.identifier(),
            folder: try reader.identifier(), records: body.records, purpose: body.purpose, answerKey: body.answerKey,
            requested: event, threshold: Int(try reader.integer(UInt8.self)))
        for _ in 0..<(try reader.integer(UInt8.self)) { transforms.append(try Transform(from: &reader)) }
        opened = try reader.optionalEvent()
        exported = try reader.optionalEvent()
    }

    var ownName: [UInt8]? { id.bytes }
}

extension Transform {
    fileprivate func write(to writer: inout RowWriter) {
        writer.write(transformer)
        writer.write(fragmentDigest)
        writer.write(event)
        writer.write(optional: disputed)
    }

    fileprivate init(from reader: inout RowReader) throws(StateRowError) {
        transformer = try reader.identifier()
        fragmentDigest = try reader.fixed()
        event = try reader.event()
        disputed = try reader.optionalEvent()
    }
}
