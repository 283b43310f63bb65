package import DurableFiles
package import Electrocardiogram
package import LedgerReplica
package import SealedRecord
package import ServiceProtocols
package import SharingContracts
package import Umbral

/// Why an errand could not be done.
package enum ClientError: Error, Hashable, Sendable {
    case ledger(LedgerError)
    case replica(ReplicaError)
    /// Somebody's key could not be had with a proof that counts.
    case directory(DirectoryError)
    case contract(ContractViolation)
    case keyService(KeyServiceError)
    case proxy(ProxyError)
    case vault(VaultError)
    case umbral(UmbralError)
    case issuance(IssuanceError)
    case record(SealedRecordError)
    case wfdb(WFDBError)
    case profile(String)
    case file(FileError)
    /// There is no way to the services of a network: why it cannot even be tried.
    case connection(String)
    /// A file of a deposit spool is not what it should be.
    case spool(path: String, String)
    /// A sealed record of more bytes than a client takes.
    case tooLarge(bytes: UInt64, bound: UInt64)
    /// A transformer's answer is not one that this client can open.
    case badAnswer(IdentityID, String)
    /// A receipt does not prove what was submitted.
    case badReceipt(String)
    /// No such folder, record, consent or service is known to this client or on the ledger.
    case unknown(String)
    /// A sealed record is not what the ledger says of it.
    case recordMismatch(RecordID, String)
    /// Fewer than the threshold of proxies answered; each says why not.
    case tooFewProxies(answered: Int, threshold: Int, refusals: [ProxyRefusal])
    /// Something that is none of the above, in words.
    case other(String)

    /// What one proxy said instead of answering.
    package struct ProxyRefusal: Hashable, Sendable {
        package let proxy: IdentityID
        package let reason: String
        /// Where it did answer, and wrongly: what ``Doctor/dispute(_:)`` takes.
        package let wrongAnswer: Doctor.WrongAnswer?

        package init(proxy: IdentityID, reason: String, wrongAnswer: Doctor.WrongAnswer? = nil) {
            self.proxy = proxy
            self.reason = reason
            self.wrongAnswer = wrongAnswer
        }
    }

    /// An error of a lower layer as one of this one.
    package init(_ error: any Error) {
        switch error {
        case let error as ClientError: self = error
        case let error as LedgerError: self = .ledger(error)
        case let error as ReplicaError: self = .replica(error)
        case let error as DirectoryError: self = .directory(error)
        case let error as ContractViolation: self = .contract(error)
        case let error as KeyServiceError: self = .keyService(error)
        case let error as ProxyError: self = .proxy(error)
        case let error as VaultError: self = .vault(error)
        case let error as UmbralError: self = .umbral(error)
        case let error as IssuanceError: self = .issuance(error)
        case let error as SealedRecordError: self = .record(error)
        case let error as WFDBError: self = .wfdb(error)
        case SealedWFDBError.sealed(let error): self = .record(error)
        case SealedWFDBError.wfdb(let error): self = .wfdb(error)
        case let error as ProfileError: self = .profile("\(error)")
        case let error as FileError: self = .file(error)
        default: self = .other("\(error)")
        }
    }
}

extension ClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ledger(let error): "\(error)"
        case .replica(let error): "\(error)"
        case .directory(let error): "\(error)"
        case .contract(let violation): "\(violation)"
        case .keyService(let error): "key service: \(error)"
        case .proxy(let error): "proxy: \(error)"
        case .vault(let error): "vault: \(error)"
        case .umbral(let error): "\(error)"
        case .issuance(let error): "\(error)"
        case .record(let error): "sealed record: \(error)"
        case .wfdb(let error): "\(error)"
        case .profile(let reason): "profile: \(reason)"
        case .file(let error): "\(error)"
        case .connection(let reason): "no way to the services: \(reason)"
        case .spool(let path, let reason): "\(path) is no deposit that waits: \(reason)"
        case .tooLarge(let bytes, let bound): "a sealed record of \(bytes) bytes; clients open at most \(bound)"
        case .badAnswer(let transformer, let reason): "the answer of \(transformer) does not open: \(reason)"
        case .badReceipt(let reason): "the ledger's receipt proves nothing: \(reason)"
        case .unknown(let what): "unknown: \(what)"
        case .recordMismatch(let record, let reason): "record \(record) is not what the ledger says: \(reason)"
        case .tooFewProxies(let answered, let threshold, let refusals):
            "\(answered) of \(threshold) proxies answered; "
                + refusals.map { "\($0.proxy): \($0.reason)" }.joined(separator: "; ")
        case .other(let reason): reason
        }
    }
}
