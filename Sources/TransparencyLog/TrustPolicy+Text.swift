internal import Octets

extension TrustPolicy {
    /// Reads a policy file.
    ///
    /// Lines end in a newline (the last may lack it); blank lines and lines whose first character is "#" say nothing.
    /// Names in it must be ASCII, so that equal names have equal bytes.
    ///
    /// - Throws: ``TransparencyLogError/tooLarge(bytes:bound:)``, ``TransparencyLogError/notText(offset:)``,
    ///   ``TransparencyLogError/badPolicy(_:line:)``.
    public init(text: [UInt8]) throws(TransparencyLogError) {
        self.init()
        guard text.count <= SignedNote.maximumBytes else {
            throw .tooLarge(bytes: text.count, bound: SignedNote.maximumBytes)
        }
        try NoteText.check(text.map { $0 == UInt8(ascii: "\t") ? NoteText.space : $0 })
        let lines = text.split(separator: NoteText.newline, omittingEmptySubsequences: false)
        guard lines.count <= TrustPolicy.maximumLines else { throw .badPolicy(.tooManyLines, line: lines.count) }
        var builder = PolicyBuilder()
        for (index, line) in lines.enumerated() {
            let fields = line.split { $0 == NoteText.space || $0 == UInt8(ascii: "\t") }
            guard let first = fields.first, first.first != UInt8(ascii: "#") else { continue }
            builder.line = index + 1
            try builder.add(keyword: first, fields: Array(fields.dropFirst()))
        }
        guard builder.hasQuorum else { throw .badPolicy(.missingQuorum, line: lines.count) }
        self = builder.policy
    }
}

/// A policy as far as its lines have been read.
private struct PolicyBuilder {
    var policy = TrustPolicy()
    var line = 0
    var hasQuorum = false
    private var used: Set<String> = []
    private var logKeys: Set<FixedOctets<32>> = []
    private var witnessKeys: Set<FixedOctets<32>> = []

    init() {}

    mutating func add(keyword: ArraySlice<UInt8>, fields: [ArraySlice<UInt8>]) throws(TransparencyLogError) {
        switch String(decoding: keyword, as: UTF8.self) {
        case "log": try addLog(fields)
        case "witness": try addWitness(fields)
        case "group": try addGroup(fields)
        case "quorum": try addQuorum(fields)
        default: throw fault(.unknownKeyword)
        }
    }

    private func fault(_ fault: PolicyFault) -> TransparencyLogError { .badPolicy(fault, line: line) }

    private mutating func addLog(_ fields: [ArraySlice<UInt8>]) throws(TransparencyLogError) {
        guard (1...2).contains(fields.count) else { throw fault(.wrongFieldCount) }
        let party = try party(key: fields[0], address: fields.dropFirst().first, algorithm: .ed25519)
        guard logKeys.insert(party.key.publicKey).inserted else { throw fault(.repeatedKey) }
        policy.logs.append(party)
    }

    private mutating func addWitness(_ fields: [ArraySlice<UInt8>]) throws(TransparencyLogError) {
        guard (2...3).contains(fields.count) else { throw fault(.wrongFieldCount) }
        let name = try newName(fields[0])
        let party = try party(key: fields[1], address: fields.dropFirst(2).first, algorithm: .cosignatureV1)
        guard witnessKeys.insert(party.key.publicKey).inserted else { throw fault(.repeatedKey) }
        policy.witnesses.append(party)
        policy.rules[name] = .witness(party.key)
    }

    private mutating func addGroup(_ fields: [ArraySlice<UInt8>]) throws(TransparencyLogError) {
        guard fields.count >= 3 else { throw fault(.wrongFieldCount) }
        let name = try newName(fields[0])
        var members: [String] = []
        for field in fields.dropFirst(2) {
            guard let member = definedName(field) else { throw fault(.undefinedMember) }
            guard used.insert(member).inserted else { throw fault(.repeatedMember) }
            members.append(member)
        }
        let threshold: Int
        switch String(decoding: fields[1], as: UTF8.self) {
        case "all": threshold = members.count
        case "any": threshold = 1
        default:
            guard let count = try? NoteText.decimal(fields[1]), (1...UInt64(members.count)).contains(count) else {
                throw fault(.badThreshold)
            }
            threshold = Int(count)
        }
        policy.rules[name] = .group(threshold: threshold, members: members)
    }

    private mutating func addQuorum(_ fields: [ArraySlice<UInt8>]) throws(TransparencyLogError) {
        guard fields.count == 1 else { throw fault(.wrongFieldCount) }
        guard !hasQuorum else { throw fault(.repeatedQuorum) }
        hasQuorum = true
        guard !fields[0].elementsEqual("none".utf8) else { return }
        guard let name = definedName(fields[0]) else { throw fault(.undefinedMember) }
        policy.quorum = name
    }

    /// The name that an earlier line defines with these very bytes. Those are ASCII; strings that are not can be equal to
    /// ASCII ones all the same, as KELVIN SIGN is to K.
    private func definedName(_ field: ArraySlice<UInt8>) -> String? {
        guard field.allSatisfy({ $0 < 0x80 }) else { return nil }
        let name = String(decoding: field, as: UTF8.self)
        return policy.rules[name] == nil ? nil : name
    }

    private func newName(_ field: ArraySlice<UInt8>) throws(TransparencyLogError) -> String {
        let name = String(decoding: field, as: UTF8.self)
        guard field.allSatisfy({ (0x21...0x7e).contains($0) }), name != "none", policy.rules[name] == nil else {
            throw fault(.reservedOrRepeatedName)
        }
        return name
    }

    private func party(
        key: ArraySlice<UInt8>, address: ArraySlice<UInt8>?, algorithm: SignatureAlgorithm
    ) throws(TransparencyLogError) -> TrustPolicy.Party {
        guard let key = try? VerifierKey(utf8: key), key.algorithm == algorithm else { throw fault(.badKey) }
        return TrustPolicy.Party(key: key, address: address.map { String(decoding: $0, as: UTF8.self) })
    }
}
