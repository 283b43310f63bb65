import SharingMessages

// Bounded by its terms: at most 1,024 records and 255 proxies. Its requests, up to a million, have rows of their own.
extension Consent: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        try writer.write(body: terms.wire)
        writer.write(granted)
        writer.write(flag: keys != nil)
        if let keys, let issued {
            try writer.write(body: keys.wire)
            writer.write(issued)
        }
        writer.write(optional: revoked)
        writer.write(usedOpens)
        for proxy in terms.proxies {
            writer.write(waiting[proxy] ?? 0)
            writer.write(flag: destructions[proxy] != nil)
            if let destruction = destructions[proxy] { destruction.write(to: &writer) }
        }
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        terms = try reader.body(WireConsentGranted.self) { wire throws(ContractViolation) in try ConsentGranted(wire) }
        granted = try reader.event()
        if try reader.flag() {
            keys = try reader.body(WireKeysIssued.self) { wire throws(ContractViolation) in try KeysIssued(wire) }
            guard keys?.consent == terms.consent else { throw .badField("keys of another consent") }
            issued = try reader.event()
        }
        revoked = try reader.optionalEvent()
        usedOpens = try reader.integer()
        for proxy in terms.proxies {
            let count: UInt32 = try reader.integer()
            waiting[proxy] = count == 0 ? nil : count
            if try reader.flag() { destructions[proxy] = try Destruction(from: &reader) }
        }
    }

    var ownName: [UInt8]? { id.bytes }
}

extension Destruction {
    fileprivate func write(to writer: inout RowWriter) {
        writer.write(UInt8(clamping: reason.wire.rawValue))
        writer.write(event)
    }

    fileprivate init(from reader: inout RowReader) throws(StateRowError) {
        let number: UInt8 = try reader.integer()
        guard let wire = WireDestructionReason(rawValue: Int(number)), let reason = DestructionReason(wire) else {
            throw .badField("reason \(number) of a destruction")
        }
        self.reason = reason
        event = try reader.event()
    }
}
