import SharingMessages

extension Proposal: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        try writer.write(body: asked.wire)
        writer.write(proposed)
        writer.write(optional: declined)
        writer.write(flag: granted != nil)
        if let granted {
            writer.write(granted.consent)
            writer.write(granted.event)
        }
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        asked = try reader.body(WireAccessProposed.self) { wire throws(ContractViolation) in try AccessProposed(wire) }
        proposed = try reader.event()
        declined = try reader.optionalEvent()
        granted = try reader.flag() ? Grant(consent: try reader.identifier(), event: try reader.event()) : nil
        guard declined == nil || granted == nil else { throw .badField("a proposal both declined and granted") }
    }

    var ownName: [UInt8]? { id.bytes }
}

extension CountedProposals: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        writer.write(UInt8(clamping: proposals.count))
        for proposal in proposals { writer.write(proposal) }
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        var proposals: [TransactionID] = []
        for _ in 0..<(try reader.integer(UInt8.self)) { proposals.append(try reader.identifier()) }
        guard (1...Limits.countedProposals).contains(proposals.count) else {
            throw .badField("\(proposals.count) proposals that count")
        }
        self.init(proposals)
    }
}
