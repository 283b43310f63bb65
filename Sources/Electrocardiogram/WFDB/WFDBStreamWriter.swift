/// Writes a record of one signal file frame by frame, for recordings that should not be in memory at once.
///
/// Append what ``encode(_:)`` and then ``finish()`` return to the signal file, and write the header last.
public struct WFDBStreamWriter: Sendable {
    /// Frames encoded so far.
    public private(set) var frameCount = 0
    private var recording: ECGRecording
    private let format: WFDBSignalFormat
    private var sums: [Int32]
    private var first: [Int32?]
    private var pending: [Int32] = []

    /// - Parameter recording: the record without its samples: name, rate, leads (one sample a frame) and comments.
    /// - Throws: ``WFDBError/unwritableRecord(_:)``, ``WFDBError/unwritable(lead:field:)``.
    public init(_ recording: ECGRecording) throws(WFDBError) {
        guard let format = recording.leads.first?.format else { throw .unwritableRecord(.signalCount) }
        for (index, lead) in recording.leads.enumerated() {
            guard lead.samplesPerFrame == 1 else { throw .unwritable(lead: index, field: .samplesPerFrame) }
            guard lead.format == format else { throw .unwritable(lead: index, field: .format) }
        }
        self.recording = recording
        self.recording.preambles = [:]
        self.format = format
        sums = [Int32](repeating: 0, count: recording.leads.count)
        first = [Int32?](repeating: nil, count: recording.leads.count)
    }

    /// The signal file's name.
    public var signalFile: String { recording.name + ".dat" }

    /// The next bytes of the signal file.
    ///
    /// - Parameter samples: one array for each lead, all of one length.
    /// - Throws: ``WFDBError/sampleCountMismatch(lead:expected:actual:)``,
    ///   ``WFDBError/sampleOutOfRange(lead:index:format:)`` with the index counted from the record's start.
    public mutating func encode(_ samples: [[Int32]]) throws(WFDBError) -> [UInt8] {
        guard samples.count == recording.leads.count, let count = samples.first?.count else {
            throw .unwritableRecord(.signalCount)
        }
        for (lead, values) in samples.enumerated() {
            guard values.count == count else {
                throw .sampleCountMismatch(lead: lead, expected: count, actual: values.count)
            }
            if let place = values.firstIndex(where: { !format.range.contains($0) }) {
                throw .sampleOutOfRange(lead: lead, index: frameCount + place, format: format)
            }
        }
        var stream = pending
        stream.reserveCapacity(pending.count + count * samples.count)
        for frame in 0..<count {
            for lead in samples.indices { stream.append(samples[lead][frame]) }
        }
        for (lead, values) in samples.enumerated() {
            if first[lead] == nil { first[lead] = values.first }
            for value in values { sums[lead] &+= value }
        }
        frameCount += count
        // A sample that would share its bytes with one to come waits for it.
        let whole = format.alignedSample(atOrBefore: stream.count)
        pending = Array(stream[whole...])
        return format.encode(Array(stream[..<whole]))
    }

    /// The last bytes of the signal file.
    public mutating func finish() -> [UInt8] {
        defer { pending = [] }
        return format.encode(pending)
    }

    /// The header's name and text for what has been encoded so far.
    ///
    /// - Throws: ``WFDBError`` where the record's description cannot be written.
    public func header() throws(WFDBError) -> (file: String, bytes: [UInt8]) {
        var described = recording
        described.frameCount = frameCount
        for index in described.leads.indices { described.leads[index].signalFile = signalFile }
        var header = try WFDBHeader(describing: described)
        for index in header.signals.indices {
            header.signals[index].initialValue = first[index] ?? 0
            header.signals[index].checksum = Int32(Int16(truncatingIfNeeded: sums[index]))
        }
        return (recording.name + ".hea", Array(try header.text().utf8))
    }
}
