import Octets
import ServiceProtocols
import SharingContracts

extension Profile {
    /// Checks every bound and every key, so that what cannot be read back is never written.
    ///
    /// - Throws: ``ProfileError/invalid(field:_:)``.
    package func validate() throws(ProfileError) {
        try Self.check(displayName, .displayName, atMost: ProfileLimits.nameByteCount)
        if let signingKey { try ProfileKeys.checkP256(signingKey, .signingKey) }
        if let receivingKey { try ProfileKeys.checkSecp256k1(receivingKey, .receivingKey) }
        try validateFolders()
        try Self.check(records.count, .records, atMost: ProfileLimits.recordCount)
        for record in records { try Self.check(record.label, .recordLabel, atMost: ProfileLimits.nameByteCount) }
        try Self.checkDistinct(records.map(\.id), .records)
        try validateDeliveries()
        try Self.check(outbox.count, .outbox, atMost: ProfileLimits.outboxCount)
        for signed in outbox {
            try Self.checkLength(signed.count, .outbox, atMost: ProfileLimits.signedTransactionByteCount)
        }
        if let trust { try Self.validate(trust) }
    }

    private func validateFolders() throws(ProfileError) {
        try Self.check(folders.count, .folders, atMost: ProfileLimits.folderCount)
        for folder in folders {
            try Self.check(folder.name, .folderName, atMost: ProfileLimits.nameByteCount)
            try Self.check(folder.createdAt)
            // The keys of an open folder were checked when they were made.
            if case .erased(let time) = folder.state { try Self.check(time) }
        }
        try Self.checkDistinct(folders.map(\.id), .folders)
    }

    private func validateDeliveries() throws(ProfileError) {
        try Self.check(deliveries.count, .deliveries, atMost: ProfileLimits.deliveryCount)
        for pending in deliveries {
            let delivery = pending.delivery
            for part in [delivery.patientHalf, delivery.serviceHalf] {
                try Self.checkLength(part.count, .deliveryPart, atMost: ProfileLimits.deliveryPartByteCount)
            }
        }
        try Self.checkDistinct(deliveries.map { [$0.consent.octets, $0.proxy.octets] }, .deliveries)
    }

    private static func validate(_ trust: LedgerTrust) throws(ProfileError) {
        try check(trust.logKey, .logKey, atMost: ProfileLimits.logKeyByteCount)
        try check(trust.witnessPolicy, .witnessPolicy, atMost: ProfileLimits.witnessPolicyByteCount)
        if let checkpoint = trust.checkpoint {
            try checkLength(checkpoint.count, .checkpoint, atMost: ProfileLimits.checkpointByteCount)
        }
    }

    private static func check(_ text: String, _ field: ProfileField, atMost bound: Int) throws(ProfileError) {
        try checkLength(text.utf8.count, field, atMost: bound)
    }

    private static func check(_ time: Timestamp) throws(ProfileError) {
        guard time <= .latest else { throw .invalid(field: .time, .outOfRange) }
    }

    private static func checkLength(_ count: Int, _ field: ProfileField, atMost bound: Int) throws(ProfileError) {
        guard count <= bound else { throw .invalid(field: field, .tooLong(count: count, bound: bound)) }
    }

    private static func check(_ count: Int, _ field: ProfileField, atMost bound: Int) throws(ProfileError) {
        guard count <= bound else { throw .invalid(field: field, .tooMany(count: count, bound: bound)) }
    }

    private static func checkDistinct(_ values: [some Hashable], _ field: ProfileField) throws(ProfileError) {
        guard Set(values).count == values.count else { throw .invalid(field: field, .duplicate) }
    }
}
