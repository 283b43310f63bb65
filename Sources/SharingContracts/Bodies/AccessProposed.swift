import SharingMessages

/// A doctor asks a patient for a consent. The transaction's identifier names the proposal.
///
/// There is no place for words in it: the identity says who asks, and the purpose why.
package struct AccessProposed: Hashable, Sendable {
    /// The doctor, who would be the grantee.
    package let proposer: IdentityID
    package let folder: FolderID
    package let scope: ConsentScope
    package let purpose: Purpose
    /// How long the consent is to last, 1 ms to ten years.
    package let durationMilliseconds: UInt64
    /// How many accesses the doctor wants to request, 1 to 1,000,000.
    package let maximumOpens: UInt32
    /// How long it can be answered from when it is sequenced, 1 to 90 days.
    package let answerableMilliseconds: UInt64

    package init(
        proposer: IdentityID, folder: FolderID, scope: ConsentScope, purpose: Purpose, durationMilliseconds: UInt64,
        maximumOpens: UInt32, answerableMilliseconds: UInt64
    ) {
        self.proposer = proposer
        self.folder = folder
        self.scope = scope
        self.purpose = purpose
        self.durationMilliseconds = durationMilliseconds
        self.maximumOpens = maximumOpens
        self.answerableMilliseconds = answerableMilliseconds
    }
}

extension AccessProposed {
    init(_ wire: WireAccessProposed) throws(ContractViolation) {
        let fields = WireFields(message: "AccessProposed")
        proposer = try fields.identifier(wire.proposerID, "proposer_id")
        folder = try fields.identifier(wire.folderID, "folder_id")
        scope = try fields.scope(wholeFolder: wire.wholeFolder, records: wire.recordIds)
        purpose = try fields.purpose(wire.purpose, "purpose")
        durationMilliseconds = try fields.bounded(
            wire.durationMilliseconds, in: 1...Limits.consentMilliseconds, "duration_milliseconds")
        maximumOpens = try fields.bounded(wire.maximumOpens, in: 1...Limits.maximumOpens, "maximum_opens")
        answerableMilliseconds = try fields.bounded(
            wire.answerableMilliseconds, in: Limits.answerableMilliseconds, "answerable_milliseconds")
    }

    var wire: WireAccessProposed {
        var wire = WireAccessProposed()
        wire.proposerID = .init(proposer)
        wire.folderID = .init(folder)
        switch scope {
        case .wholeFolder: wire.wholeFolder = true
        case .records(let records): wire.recordIds = records.map { .init($0) }
        }
        wire.purpose = purpose.code
        wire.durationMilliseconds = durationMilliseconds
        wire.maximumOpens = maximumOpens
        wire.answerableMilliseconds = answerableMilliseconds
        return wire
    }
}
