internal import ServiceProtocols

/// An event of a stream of server-sent events: the part of the HTML standard, section 9.2, that is used here.
struct ServerEvent: Hashable, Sendable {
    /// The type of events that tell of a checkpoint.
    static let checkpointName = "checkpoint"
    /// Says only that the stream lives.
    static let comment = Array(":\n\n".utf8)

    let name: String
    let id: String
    /// Lines without what ends them.
    let lines: [String]

    init(name: String, id: String, lines: [String]) {
        self.name = name
        self.id = id
        self.lines = lines
    }

    /// A note is lines, each with its end.
    init(_ checkpoint: PublishedCheckpoint) {
        let text = String(decoding: checkpoint.note, as: UTF8.self)
        name = Self.checkpointName
        id = "\(checkpoint.size)"
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    var encoded: [UInt8] {
        Array(("event: \(name)\nid: \(id)\n" + lines.map { "data: \($0)\n" }.joined() + "\n").utf8)
    }

    /// Nil for an event of another kind, or one that is no checkpoint.
    var checkpoint: PublishedCheckpoint? {
        guard name == Self.checkpointName, let size = UInt64(id), "\(size)" == id, !lines.isEmpty else { return nil }
        return PublishedCheckpoint(size: size, note: Array(lines.map { $0 + "\n" }.joined().utf8))
    }
}

/// Reads events out of a stream that arrives in pieces.
///
/// Bounded: a line has at most ``maximumLineBytes``, an event at most ``WireLimits/noteBytes`` of data.
struct ServerEventReader: Sendable {
    static let maximumLineBytes = 8 << 10

    private var line: [UInt8] = []
    private var name = ""
    private var id = ""
    private var lines: [String] = []
    private var dataBytes = 0

    /// Takes the next piece.
    ///
    /// - Returns: The events that it ends.
    /// - Throws: ``WireCodingError`` for a stream that is too long or not UTF-8.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(WireCodingError) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard line.count < Self.maximumLineBytes else { throw Self.fault("a line is too long") }
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if let event = try endLine() { events.append(event) }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func endLine() throws(WireCodingError) -> ServerEvent? {
        if line.isEmpty {
            defer { (name, lines, dataBytes) = ("", [], 0) }
            return lines.isEmpty ? nil : ServerEvent(name: name, id: id, lines: lines)
        }
        guard let text = String(validating: line, as: UTF8.self) else { throw Self.fault("not UTF-8") }
        let field = text.prefix { $0 != ":" }
        var value = text.dropFirst(field.count + 1)
        if value.first == " " { value.removeFirst() }
        switch field {
        case "event": name = String(value)
        case "id": id = String(value)
        case "data":
            dataBytes += value.utf8.count + 1
            guard dataBytes <= WireLimits.noteBytes else { throw Self.fault("an event is too long") }
            lines.append(String(value))
        default: break
        }
        return nil
    }

    private static func fault(_ reason: String) -> WireCodingError {
        WireCodingError(what: "a stream of events", reason: reason)
    }
}
