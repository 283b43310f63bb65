internal import Octets
internal import ServiceProtocols
internal import SharingContracts

/// An invitation code (16), and an enrolment request behind it.
struct EnrolmentCall: Sendable {
    static let maximumBytes = InvitationCode.byteCount + RegistrarLimits.requestBytes

    let code: InvitationCode
    let request: [UInt8]

    init(code: InvitationCode, request: [UInt8]) {
        self.code = code
        self.request = request
    }

    var encoded: [UInt8] { code.octets + request }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "an enrolment") { reader in
            let code = try InvitationCode(bytes: try reader.readBytes(InvitationCode.byteCount))
            return EnrolmentCall(code: code, request: try reader.readBytes(reader.remaining))
        }
    }
}

extension InvitationCode {
    /// TLS needs the bytes as they are; what it copies of them is beyond wiping.
    fileprivate var octets: [UInt8] { unsafe secret.withUnsafeBytes { unsafe Array($0) } }
}

extension Role {
    /// As `Role` of transaction.proto numbers them.
    fileprivate var number: UInt8 {
        switch self {
        case .depositor: 1
        case .doctor: 2
        case .auditor: 3
        case .keyService: 4
        case .proxy: 5
        }
    }

    fileprivate init(number: UInt8) throws(WireCodingError) {
        guard let role = Role.allCases.first(where: { $0.number == number }) else {
            throw WireCodingError(what: "a role", reason: "number \(number)")
        }
        self = role
    }
}

extension InvitationTerms {
    static let maximumBytes = 1 + 8 + 2 + RegistrarLimits.noteBytes

    /// Role (1) ‖ lifetime in milliseconds (8) ‖ note behind its 16-bit length.
    func encoded() throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        writer.writeUInt8(role.number)
        writer.writeBigEndian(lifetimeMilliseconds)
        try writer.write(note: note)
        return writer.bytes
    }

    /// - Throws: ``RequestRefusal/malformed(_:)``, `RegistrarError/badTerms(_:)`.
    init(encoded bytes: [UInt8]) throws {
        let (role, lifetime, note) = try KeyServiceRoutes.parsed {
            try WireCoding.read(bytes, "terms of an invitation") { reader in
                (
                    try Role(number: try reader.readUInt8()), try reader.readBigEndian(UInt64.self),
                    try reader.readNote()
                )
            }
        }
        try self.init(role: role, lifetimeMilliseconds: lifetime, note: note)
    }
}

extension Invitation {
    static let maximumBytes = 8 + 1 + 8 + 8 + 4 + 1 + 16 + 8 + 2 + RegistrarLimits.noteBytes

    /// Number (8) ‖ role (1) ‖ created (8) ‖ expires (8) ‖ failures (4) ‖ state (1) and what comes with it ‖ note behind its 16-bit
    /// length. Times in microseconds.
    ///
    /// State 0 open; 1 revoked, its time (8); 2 pending, the identity (16); 3 used, the identity (16), its time (8).
    func encoded() throws(WireCodingError) -> [UInt8] {
        var writer = OctetWriter()
        writer.writeBigEndian(number)
        writer.writeUInt8(role.number)
        writer.writeBigEndian(created.microseconds)
        writer.writeBigEndian(expires.microseconds)
        writer.writeBigEndian(UInt32(clamping: failures))
        switch state {
        case .open: writer.writeUInt8(0)
        case .revoked(let time):
            writer.writeUInt8(1)
            writer.writeBigEndian(time.microseconds)
        case .pending(let identity):
            writer.writeUInt8(2)
            writer.write(identity.bytes)
        case .used(let identity, let time):
            writer.writeUInt8(3)
            writer.write(identity.bytes)
            writer.writeBigEndian(time.microseconds)
        }
        try writer.write(note: note)
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "an invitation") { reader in
            let number = try reader.readBigEndian(UInt64.self)
            let role = try Role(number: try reader.readUInt8())
            let created = try reader.readTime()
            let expires = try reader.readTime()
            let failures = Int(try reader.readBigEndian(UInt32.self))
            let state: State
            switch try reader.readUInt8() {
            case 0: state = .open
            case 1: state = .revoked(at: try reader.readTime())
            case 2: state = .pending(IdentityID(try reader.readFixed()))
            case 3: state = .used(IdentityID(try reader.readFixed()), at: try reader.readTime())
            case let other: throw WireCodingError(what: "an invitation", reason: "state \(other)")
            }
            return Invitation(
                number: number, role: role, note: try reader.readNote(), created: created, expires: expires,
                failures: failures, state: state)
        }
    }
}

extension IssuedInvitation {
    static let maximumBytes = InvitationCode.byteCount + Invitation.maximumBytes

    /// Code (16) ‖ invitation.
    func encoded() throws(WireCodingError) -> [UInt8] { code.octets + (try invitation.encoded()) }

    init(encoded bytes: [UInt8]) throws(WireCodingError) {
        self = try WireCoding.read(bytes, "an issued invitation") { reader in
            let code = try InvitationCode(bytes: try reader.readBytes(InvitationCode.byteCount))
            let invitation = try Invitation(encoded: try reader.readBytes(reader.remaining))
            return IssuedInvitation(invitation: invitation, code: code)
        }
    }
}

extension OctetWriter {
    fileprivate mutating func write(note: String) throws(WireCodingError) {
        do { try writeBytes16(Array(note.utf8)) } catch { throw WireCodingError(what: "a note", reason: "\(error)") }
    }
}

extension OctetReader {
    fileprivate mutating func readTime() throws(OctetsError) -> Timestamp {
        Timestamp(microseconds: try readBigEndian(UInt64.self))
    }

    fileprivate mutating func readNote() throws -> String {
        let bytes = try readBytes16(atMost: RegistrarLimits.noteBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw WireCodingError(what: "a note", reason: "not UTF-8")
        }
        return text
    }
}
