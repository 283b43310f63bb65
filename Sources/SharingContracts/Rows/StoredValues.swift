import SharingMessages

// What rows hold, one encoding each. Protocol: StateRowValue.

extension LedgerFounded: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) { try writer.write(body: wire) }

    init(from reader: inout RowReader) throws(StateRowError) {
        self = try reader.body(WireLedgerFounded.self) { wire throws(ContractViolation) in try Self(wire) }
    }
}

extension Identity: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        try writer.write(body: enrollment.wire)
        writer.write(enrolled)
        writer.write(optional: retired)
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        enrollment = try reader.body(WireIdentityEnrolled.self) { wire throws(ContractViolation) in
            try IdentityEnrolled(wire)
        }
        enrolled = try reader.event()
        retired = try reader.optionalEvent()
    }

    var ownName: [UInt8]? { id.bytes }
}

extension Folder: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        try writer.write(body: opening.wire)
        writer.write(opened)
        writer.write(optional: erased)
        writer.write(optional: shareDestroyed)
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        opening = try reader.body(WireFolderOpened.self) { wire throws(ContractViolation) in try FolderOpened(wire) }
        opened = try reader.event()
        erased = try reader.optionalEvent()
        shareDestroyed = try reader.optionalEvent()
    }

    var ownName: [UInt8]? { id.bytes }
}

extension Record: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        try writer.write(body: deposit.wire)
        writer.write(deposited)
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        deposit = try reader.body(WireRecordDeposited.self) { wire throws(ContractViolation) in
            try RecordDeposited(wire)
        }
        deposited = try reader.event()
    }

    var ownName: [UInt8]? { id.bytes }
}
