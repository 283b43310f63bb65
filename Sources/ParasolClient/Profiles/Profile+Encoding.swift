import Octets
import ServiceProtocols
import SharingContracts

/// The contents' encoding, as `Protocols/profile.md` lays it out.
enum ProfileFormat {
    /// Contents are padded to a multiple of this, so that a file's length tells little of its number of folders.
    static let blockByteCount = 4_096
    static let absent: UInt8 = 0
    static let present: UInt8 = 1
    static let openFolder: UInt8 = 1
    static let erasedFolder: UInt8 = 2
}

extension Profile {
    /// The contents before sealing: a multiple of 4,096 bytes.
    ///
    /// - Throws: ``ProfileError/invalid(field:_:)`` where ``validate()`` does.
    func encoded() throws(ProfileError) -> SecretOctets {
        try validate()
        let writer = SecretWriter()
        writer.writeUInt8(kind.rawValue)
        writer.writeText(displayName)
        writer.writeOptional(signer) { writer.write($0.octets) }
        writer.writeOptional(signingKey) { writer.write($0) }
        writer.writeOptional(receivingKey) { writer.write($0) }
        writer.writeAll(folders) { $0.encode(to: writer) }
        writer.writeAll(records) { record in
            writer.write(record.id.octets)
            writer.write(record.folder.octets)
            writer.writeText(record.label)
            writer.write(record.address)
        }
        writer.writeAll(deliveries) { pending in
            writer.write(pending.consent.octets)
            writer.write(pending.proxy.octets)
            writer.writeBytes32(pending.delivery.patientHalf)
            writer.writeBytes32(pending.delivery.serviceHalf)
        }
        writer.writeAll(outbox) { writer.writeBytes32($0) }
        writer.writeOptional(trust) { trust in
            writer.writeText(trust.logKey)
            writer.writeText(trust.witnessPolicy)
            writer.writeOptional(trust.checkpoint) { writer.writeBytes32($0) }
        }
        writer.pad(toMultipleOf: ProfileFormat.blockByteCount)
        return writer.octets
    }
}

extension ProfileFolder {
    fileprivate func encode(to writer: SecretWriter) {
        writer.write(id.octets)
        writer.writeText(name)
        writer.writeBigEndian(createdAt.microseconds)
        switch state {
        case .open(let keys):
            writer.writeUInt8(ProfileFormat.openFolder)
            writer.write(keys.signingKey)
            writer.write(keys.verifyingSecret)
            writer.write(keys.share)
        case .erased(let time):
            writer.writeUInt8(ProfileFormat.erasedFolder)
            writer.writeBigEndian(time.microseconds)
        }
    }
}

extension SecretWriter {
    /// The lengths have been validated: all fit their length fields.
    fileprivate func writeText(_ text: String) {
        writeBigEndian(UInt16(truncatingIfNeeded: text.utf8.count))
        write(Array(text.utf8))
    }

    fileprivate func writeBytes32(_ bytes: [UInt8]) {
        writeBigEndian(UInt32(truncatingIfNeeded: bytes.count))
        write(bytes)
    }

    fileprivate func writeOptional<Value>(_ value: Value?, _ body: (Value) -> Void) {
        writeUInt8(value == nil ? ProfileFormat.absent : ProfileFormat.present)
        if let value { body(value) }
    }

    fileprivate func writeAll<Value>(_ values: [Value], _ body: (Value) -> Void) {
        writeBigEndian(UInt32(truncatingIfNeeded: values.count))
        for value in values { body(value) }
    }
}
