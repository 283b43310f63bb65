import Octets
import ServiceProtocols
import SharingContracts

extension Profile {
    /// Reads what ``encoded()`` writes, from the first `count` bytes, and nothing else.
    ///
    /// - Throws: ``ProfileError/malformed(_:)``, ``ProfileError/invalid(field:_:)``.
    init(decoding contents: SecretOctets, count: Int) throws(ProfileError) {
        var reader = SecretReader(contents, count: count)
        let number = try reader.readUInt8()
        guard let kind = ProfileKind(rawValue: number) else { throw .invalid(field: .kind, .unknownValue(number)) }
        self.init(kind: kind, displayName: try reader.readText(.displayName, atMost: ProfileLimits.nameByteCount))
        if try reader.readPresence(.signer) { signer = SignerID(try reader.readFixed()) }
        if try reader.readPresence(.signingKey) { signingKey = try reader.readSecret(ProfileLimits.keyByteCount) }
        if try reader.readPresence(.receivingKey) { receivingKey = try reader.readSecret(ProfileLimits.keyByteCount) }
        for _ in 0..<(try reader.readCount(.folders, atMost: ProfileLimits.folderCount)) {
            folders.append(try ProfileFolder(reading: &reader))
        }
        for _ in 0..<(try reader.readCount(.records, atMost: ProfileLimits.recordCount)) {
            records.append(try KnownRecord(reading: &reader))
        }
        for _ in 0..<(try reader.readCount(.deliveries, atMost: ProfileLimits.deliveryCount)) {
            deliveries.append(try PendingDelivery(reading: &reader))
        }
        for _ in 0..<(try reader.readCount(.outbox, atMost: ProfileLimits.outboxCount)) {
            outbox.append(try reader.readBytes32(.outbox, atMost: ProfileLimits.signedTransactionByteCount))
        }
        if try reader.readPresence(.trust) { trust = try LedgerTrust(reading: &reader) }
        try reader.finishPadding()
        try validate()
    }
}

extension ProfileFolder {
    fileprivate init(reading reader: inout SecretReader) throws(ProfileError) {
        let id = FolderID(try reader.readFixed())
        let name = try reader.readText(.folderName, atMost: ProfileLimits.nameByteCount)
        let createdAt = Timestamp(microseconds: try reader.readBigEndian())
        let number = try reader.readUInt8()
        let state: State
        switch number {
        case ProfileFormat.openFolder:
            let count = ProfileLimits.keyByteCount
            state = .open(
                try FolderKeys(
                    signingKey: try reader.readSecret(count), verifyingSecret: try reader.readSecret(count),
                    share: try reader.readSecret(count)))
        case ProfileFormat.erasedFolder:
            state = .erased(at: Timestamp(microseconds: try reader.readBigEndian()))
        default: throw .invalid(field: .folderState, .unknownValue(number))
        }
        self.init(id: id, name: name, createdAt: createdAt, state: state)
    }
}

extension KnownRecord {
    fileprivate init(reading reader: inout SecretReader) throws(ProfileError) {
        self.init(
            id: RecordID(try reader.readFixed()), folder: FolderID(try reader.readFixed()),
            label: try reader.readText(.recordLabel, atMost: ProfileLimits.nameByteCount),
            address: try reader.readFixed())
    }
}

extension PendingDelivery {
    fileprivate init(reading reader: inout SecretReader) throws(ProfileError) {
        let consent = ConsentID(try reader.readFixed())
        let proxy = IdentityID(try reader.readFixed())
        let bound = ProfileLimits.deliveryPartByteCount
        self.init(
            proxy: proxy,
            delivery: FragmentDelivery(
                consent: consent, patientHalf: try reader.readBytes32(.deliveryPart, atMost: bound),
                serviceHalf: try reader.readBytes32(.deliveryPart, atMost: bound)))
    }
}

extension LedgerTrust {
    fileprivate init(reading reader: inout SecretReader) throws(ProfileError) {
        self.init(
            logKey: try reader.readText(.logKey, atMost: ProfileLimits.logKeyByteCount),
            witnessPolicy: try reader.readText(.witnessPolicy, atMost: ProfileLimits.witnessPolicyByteCount))
        if try reader.readPresence(.checkpoint) {
            checkpoint = try reader.readBytes32(.checkpoint, atMost: ProfileLimits.checkpointByteCount)
        }
    }
}

extension SecretReader {
    fileprivate mutating func readText(_ field: ProfileField, atMost bound: Int) throws(ProfileError) -> String {
        let count = Int(try readBigEndian() as UInt16)
        guard count <= bound else { throw .invalid(field: field, .tooLong(count: count, bound: bound)) }
        guard let text = String(validating: try readBytes(count), as: UTF8.self) else {
            throw .invalid(field: field, .notUTF8)
        }
        return text
    }

    fileprivate mutating func readBytes32(_ field: ProfileField, atMost bound: Int) throws(ProfileError) -> [UInt8] {
        let count = Int(try readBigEndian() as UInt32)
        guard count <= bound else { throw .invalid(field: field, .tooLong(count: count, bound: bound)) }
        return try readBytes(count)
    }

    fileprivate mutating func readCount(_ field: ProfileField, atMost bound: Int) throws(ProfileError) -> Int {
        let count = Int(try readBigEndian() as UInt32)
        guard count <= bound else { throw .invalid(field: field, .tooMany(count: count, bound: bound)) }
        return count
    }

    fileprivate mutating func readPresence(_ field: ProfileField) throws(ProfileError) -> Bool {
        let value = try readUInt8()
        switch value {
        case ProfileFormat.absent: return false
        case ProfileFormat.present: return true
        default: throw .invalid(field: field, .unknownValue(value))
        }
    }

    /// Padding is what fills the last block, and zero.
    fileprivate mutating func finishPadding() throws(ProfileError) {
        guard remaining < ProfileFormat.blockByteCount, (offset + remaining) % ProfileFormat.blockByteCount == 0 else {
            throw .malformed(.trailing(offset: offset, count: remaining))
        }
        guard try readZeros() else { throw .invalid(field: .padding, .notZero) }
    }
}
