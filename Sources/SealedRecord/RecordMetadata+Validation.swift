extension RecordMetadata {
    /// The rules of the fields, the same for what is sealed and what is opened.
    func validate() throws(MetadataFlaw) {
        try Self.check(kind, .kind, atMost: MetadataField.Bound.name)
        try Self.check(payloadFormat, .payloadFormat, atMost: MetadataField.Bound.name)
        try validateFiles()
        if let start { try Self.validate(start) }
        if let durationMicroseconds, durationMicroseconds > MetadataField.Bound.duration {
            throw MetadataField.duration.flaw("\(durationMicroseconds) microseconds")
        }
        if let sampling, sampling.numerator == 0 || sampling.denominator == 0 {
            throw MetadataField.sampling.flaw("a rate of \(sampling.numerator)/\(sampling.denominator)")
        }
        guard leads.count <= MetadataField.Bound.items else { throw MetadataField.leads.flaw("\(leads.count) leads") }
        for lead in leads {
            try Self.check(lead.name, .leads, atMost: MetadataField.Bound.name)
            try Self.check(lead.unit, .leads, atMost: MetadataField.Bound.unit)
            guard lead.gain.isFinite else { throw MetadataField.leads.flaw("a gain that is not finite") }
        }
        if let device { try Self.check(device, .device, atMost: MetadataField.Bound.device) }
        try validateLayouts()
        for tag in extensions.keys where tag < MetadataField.firstIgnorable { throw .unknown(tag: tag) }
    }

    private func validateFiles() throws(MetadataFlaw) {
        guard (1...MetadataField.Bound.items).contains(files.count) else {
            throw MetadataField.files.flaw("\(files.count) files")
        }
        var seen: Set<String> = []
        for file in files {
            guard Self.isPlainName(file.name) else { throw MetadataField.files.flaw("a name that is not plain") }
            guard seen.insert(file.name.lowercased()).inserted else {
                throw MetadataField.files.flaw("two files named \(file.name)")
            }
        }
        do throws(SealedRecordError) {
            _ = try contentByteCount()
        } catch {
            throw MetadataField.files.flaw("too many bytes")
        }
    }

    private static func validate(_ start: RecordStart) throws(MetadataFlaw) {
        guard MetadataField.Bound.milliseconds.contains(start.milliseconds) else {
            throw MetadataField.start.flaw("\(start.milliseconds) milliseconds")
        }
        if let offset = start.utcOffsetMinutes, !MetadataField.Bound.offsetMinutes.contains(offset) {
            throw MetadataField.utcOffset.flaw("\(offset) minutes")
        }
    }

    private func validateLayouts() throws(MetadataFlaw) {
        guard layouts.count <= MetadataField.Bound.items else {
            throw MetadataField.layouts.flaw("\(layouts.count) layouts")
        }
        for layout in layouts {
            guard Int(layout.file) < files.count else { throw MetadataField.layouts.flaw("no file \(layout.file)") }
            guard layout.framesPerGroup > 0, layout.bytesPerGroup > 0 else {
                throw MetadataField.layouts.flaw("an empty group")
            }
            guard layout.preambleByteCount <= files[Int(layout.file)].byteCount else {
                throw MetadataField.layouts.flaw("a preamble longer than its file")
            }
        }
    }

    private static func check(_ text: String, _ field: MetadataField, atMost bound: Int) throws(MetadataFlaw) {
        let count = text.utf8.count
        guard (1...bound).contains(count) else { throw field.flaw("a text of \(count) bytes") }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { throw field.flaw("a control character") }
    }

    /// A name that is safe in any directory.
    private static func isPlainName(_ name: String) -> Bool {
        guard (1...MetadataField.Bound.fileName).contains(name.utf8.count), name.utf8.first != 0x2e else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
            default: false
            }
        }
    }
}
