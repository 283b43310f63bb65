/// Every bound of the transaction formats and the contracts, each with its reason.
package enum Limits {
    /// A leaf has at most as many bytes as the 16-bit length of a C2SP tlog-tiles entry bundle can say.
    package static let entryBytes = 65_535
    /// Leaves room in a leaf for its time and framing, and a margin for later fields.
    package static let signedTransactionBytes = 60_000
    /// A key name in a signed note is at most this long here.
    package static let originBytes = 255
    /// Every member signs the founding and is shown in every audit.
    package static let members = 64
    package static let memberNameBytes = 255
    /// As a member's name. Those that are known are shorter; later software may know others.
    package static let contractNameBytes = 255
    package static let witnessPolicyBytes = 16 << 10
    /// 16 KiB of identifiers. A longer list is better said as the whole folder, or as several consents.
    package static let consentRecords = 1024
    /// How many records one request asks for at most. An answer has a fragment for each, and is made while the requester waits: 64
    /// take a core some 25 ms.
    package static let requestedRecords = 64
    /// As many shares as Umbral allows.
    package static let proxies = 255
    package static let maximumOpens: UInt32 = 1_000_000
    /// Ten years of 365.25 days. A consent that outlives whoever gave it is no consent.
    package static let consentMilliseconds: UInt64 = 315_576_000_000
    /// How long a proposal can be answered: from a day, so that a doctor who asks anew as soon as one is over asks not too often,
    /// to 90 days, after which nobody remembers why.
    package static let answerableMilliseconds: ClosedRange<UInt64> = 86_400_000...7_776_000_000
    /// How many proposals of one doctor to one folder count at a time: neither granted nor lapsed.
    package static let countedProposals = 4
    /// The largest size class of Protocols/sealed-record.md.
    package static let sizeClass: UInt32 = 64
    /// As many as Protocols/answers.md lets an answer have for each record: a fragment in simple form has 359 bytes, and what is longer than
    /// this is no answer. A dispute is no place to keep things.
    package static let disputedFragmentBytes = 512
    package static let capsuleBytes = 98
}
