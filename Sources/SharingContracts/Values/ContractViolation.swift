/// Why a transaction or leaf is refused: a stable code, and a reason for people.
///
/// Equal by code, so that callers and tests do not depend on wording.
package struct ContractViolation: Error, Sendable {
    package let code: Code
    /// What is wrong and where.
    package let reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// One code for each rule of Docs/contracts.md. Raw values are stable: they cross the wire and are kept in logs.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        // Encoding.

        /// Longer than ``Limits`` allows.
        case tooLong
        /// Not a Protocol Buffers message of the schema.
        case undecodable
        /// Decodes, but is not the one encoding that Protocols/transactions.md prescribes.
        case nonCanonicalEncoding
        /// A field is missing, has the wrong length or is out of its range.
        case malformedField
        /// The transaction says nothing.
        case missingBody
        /// A list that must be strictly ascending, or free of repetition, is not.
        case notAscending

        // Envelope.

        /// A signature's s is above half the group order.
        case highS
        /// A required signature is missing.
        case missingSignature
        /// A signature by somebody whose signature is not required.
        case unexpectedSignature
        /// A signature does not verify.
        case invalidSignature
        /// The signatures were verified for other bytes, keys or another origin.
        case signaturesNotVerified

        // Order.

        /// The first leaf must be `LedgerFounded`.
        case notFounded
        /// `LedgerFounded` after the first leaf.
        case alreadyFounded
        /// The founding names another origin.
        case wrongOrigin
        /// A contract version that this software does not know. The reason names it.
        case unknownContractVersion
        /// Too few members activate a contract version.
        case notAQuorum
        /// The activated contract version is not later than the one in force.
        case versionNotLater
        /// `sequenced_at` is not later than the leaf before.
        case timeNotIncreasing
        /// The transaction identifier is taken.
        case duplicateTransaction

        // State.

        /// A row of the state's store cannot be read, or is none. Says nothing of the transaction.
        case stateUnavailable

        // Enrollment.

        case unknownMember
        case unknownIdentity
        /// The identifier already names a member, an identity or a folder.
        case identifierTaken
        /// The key is already somebody's.
        case keyTaken
        /// The identity does not have the role that the transaction needs.
        case wrongRole
        /// The identity is retired.
        case identityRetired

        // Folders and records.

        case unknownFolder
        case folderErased
        /// A proof of knowledge of a delegating key share does not verify.
        case shareProofInvalid
        /// The delegating key is not the sum of the shares, or equals one of them.
        case delegatingKeyMismatch
        case unknownRecord
        case recordTaken
        /// The capsule already belongs to a record.
        case capsuleTaken
        /// The record belongs to another folder.
        case recordNotInFolder

        // Consents.

        case unknownConsent
        case consentTaken
        /// `not_after` is before `not_before`, has passed, or is too far away.
        case badConsentPeriod
        /// The proxies belong to fewer different members than the threshold demands.
        case proxiesNotIndependent
        case keysAlreadyIssued
        case keysNotIssued
        /// The fragments are not one for each proxy in the consent's order.
        case fragmentsMismatch
        case consentNotYetValid
        case consentExpired
        case consentRevoked
        case consentUsedUp
        /// The request is for more records than the consent has opens left.
        case tooFewOpensLeft
        /// The grantee's identity is retired.
        case granteeRetired
        /// The record is not one that the consent covers.
        case recordNotCovered
        /// The purpose is not the one that the authority allows.
        case purposeMismatch

        // Proposals.

        /// The contract version that is in force does not have what the transaction says. The reason names the one that does.
        case notInForce
        case unknownProposal
        /// As many of the doctor's proposals to the folder as may count do so already.
        case tooManyProposals
        /// The proposal is to another folder, or another doctor's.
        case proposalMismatch
        /// The proposal is granted or declined already.
        case proposalAnswered
        /// The time to answer the proposal is over.
        case proposalLapsed

        // Requests.

        case unknownRequest
        /// The transformer is not one of the consent's proxies, or not the folder's key service.
        case notATransformer
        case alreadyTransformed
        /// The transformer has logged that it destroyed its fragment.
        case fragmentDestroyed
        /// Fewer transforms are logged than the threshold.
        case notEnoughTransforms
        case alreadyOpened
        case notOpened
        case alreadyExported

        // Destruction.

        /// The holder holds nothing of the target.
        case notAHolder
        case alreadyDestroyed
        /// The reason given is not true.
        case destructionNotDue

        // Disputes.

        /// No such transform is logged.
        case unknownTransform
        /// Only fragments under a consent can be disputed.
        case notDisputable
        case alreadyDisputed
        /// The dispute does not name one of several records with a digest for each, or does so where the request is for one.
        case partMismatch
        /// The capsule is not the record's, or not a valid one.
        case capsuleMismatch
        /// The fragment is not the one that the transformer committed to.
        case fragmentMismatch
        /// The fragment is what it should be.
        case fragmentIsCorrect
    }
}

extension ContractViolation: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension ContractViolation: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(reason)" }
}
