import EmbeddedNode
import LedgerReplica
import Octets
import ParasolClient
import ProxyService
import ServiceProtocols
import SharingContracts
import TransparencyLog
import Umbral

/// Those who must not read, each with all that it has.
extension DemoRun {
    func outsiders(
        _ deposit: Depositor.Deposit, _ consent: ConsentID, _ cast: Cast
    ) async throws -> InterceptedAccess {
        let access = try await strangerReads(deposit, consent, cast)
        try await keyServiceReads(access, cast)
        try await reporter.step(
            "vault", "The vault looks for anything of the recording in what it stores", attacking: ["P1"]
        ) {
            let search = CleartextSearch(access.container)
            for file in recording.files.files {
                if let offset = search.firstOverlap(with: file.bytes) {
                    throw DemoReporter.Broken(description: "\(file.name) from byte \(offset) on stands in the vault")
                }
            }
            return "none of its \(access.container.count) bytes show \(search.certainBytes) bytes of any file"
        }
        try await tooFewProxiesOpen(deposit.record, access, cast)
        return access
    }

    private func strangerReads(
        _ deposit: Depositor.Deposit, _ consent: ConsentID, _ cast: Cast
    ) async throws -> InterceptedAccess {
        try await reporter.step(
            "doctor-b", "Doctor B, whom nobody granted, asks; and tries with all that was answered to doctor A",
            attacking: ["P1"]
        ) {
            let refusal = try await reporter.refusal(
                "doctor B's request under doctor A's consent was sequenced", Self.isRefused(.missingSignature)
            ) { try await cast.doctorB.agent.open(deposit.record, under: consent) }
            let request = try await cast.doctorA.agent.request(deposit.record, under: consent)
            let access = try await InterceptedAccess(
                request, of: cast.doctorA.agent, to: deposit, through: cast.reader, cast.proxies)
            let key = cast.doctorB.receivingKey
            try reporter.demand(
                try !access.opensAnswers(with: key.octets, in: cast.node.trust.originName),
                "doctor B's key opened an answer to doctor A")
            try reporter.demand(
                try access.opensAnswers(with: cast.doctorA.receivingKey.octets, in: cast.node.trust.originName),
                "doctor A's key does not open the answers either: nothing was shown")
            try reporter.demand(try !access.opens(with: key), "doctor B's key opened the capsule as it is")
            switch try access.combining(threshold, under: key) {
            case .refused(.tooFewFragments(usable: 0, _, _), seedsTried: 1...): break
            case let outcome:
                throw DemoReporter.Broken(description: "doctor B with \(threshold) of A's fragments: \(outcome)")
            }
            return (
                "\(refusal)\nB's key opens neither the answers as they travel, nor the capsule, nor \(threshold) of A's "
                    + "fragments", access
            )
        }
    }

    private func keyServiceReads(_ access: InterceptedAccess, _ cast: Cast) async throws {
        let shares = try await reporter.step(
            "key-service", "The key service tries every share in its database, opened with its master key",
            attacking: ["P1"]
        ) {
            let shares = try await cast.node.keyServiceSharesAtRest().map { try SecretKey($0) }
            try reporter.demand(!shares.isEmpty, "no share was found to try")
            for share in shares {
                try reporter.demand(try !access.opens(with: share), "a share opened the record")
                try reporter.demand(
                    try !access.opensAnswers(with: share.octets, in: cast.node.trust.originName),
                    "a share opened an answer to doctor A")
            }
            return ("\(shares.count) tried, none opens the record or an answer to doctor A", shares)
        }
        try await reporter.step(
            "key-service-grants", "The key service grants doctor B without the patient, on the ledger and off it",
            attacking: ["P2"]
        ) {
            let now = cast.node.clock.now()
            let folder = try await cast.reader.session.read { (state) throws(ClientError) in
                state.consent(access.request.consent)?.terms.folder
            }
            guard let folder else { throw DemoReporter.Broken(description: "the consent names no folder") }
            var generator = SystemRandomNumberGenerator()
            let consent = ConsentGranted(
                consent: .random(using: &generator), folder: folder, grantee: cast.doctorB.identity,
                scope: .wholeFolder, purpose: .treatment, notBefore: now, notAfter: now.adding(milliseconds: 60_000),
                maximumOpens: 1, threshold: threshold, proxies: cast.node.proxyIDs)
            let refusal = try await reporter.refusal(
                "a consent without the patient's signature was sequenced", Self.isRefused(.missingSignature)
            ) { try await cast.reader.session.submit(.consentGranted(consent), by: cast.node.keyServiceSigner) }
            for share in shares {
                // A re-encryption key from the one share, for a proxy that plays along.
                let signer = Signer(SecretKey.random())
                let issued = try share.keyFragments(
                    for: cast.doctorB.receivingKey.publicKey, signer: signer, threshold: 1, shares: 1)
                let fragments = try issued.map { try $0.reencrypt(access.capsule).fragment }
                guard let precursor = fragments.first?.precursor else { continue }
                let session = try GrantSession(
                    receiver: cast.doctorB.receivingKey,
                    precursor: try PublicKey(compressed: precursor.octets.bytes), delegatingKey: share.publicKey,
                    verifyingKey: signer.verifyingKey, threshold: 1)
                guard
                    case .refused(.seedRefused(rejected: []), seedsTried: 1...) = access.combining(
                        fragments, in: session)
                else { throw DemoReporter.Broken(description: "a key from one share was not tried, or opened") }
            }
            return "\(refusal)\na re-encryption key made of its share alone opens nothing"
        }
    }

    private func tooFewProxiesOpen(_ record: RecordID, _ access: InterceptedAccess, _ cast: Cast) async throws {
        let few = threshold - 1
        try await reporter.step(
            "too-few-proxies", "Doctor A tries with the answers of \(few) of \(proxyCount) proxies", attacking: ["P1"]
        ) {
            let (key, wanted) = (cast.doctorA.receivingKey, threshold)
            try reporter.demand(try !access.opens(with: key), "doctor A's key opened the capsule as it is")
            _ = try await reporter.refusal(
                "\(few) proxies were enough",
                { (error: ClientError) in
                    guard case .tooFewProxies(answered: few, threshold: wanted, _) = error else { return false }
                    return true
                }
            ) {
                try await cast.doctorA.reaching(cast.proxies.prefix(few)).open(record, under: access.request.consent)
            }
            if few > 0 {
                // All of them genuine: what stands in the way is that they are too few.
                switch try access.combining(few, under: key) {
                case .refused(.seedRefused(rejected: []), seedsTried: 1...): break
                case let outcome:
                    throw DemoReporter.Broken(description: "combining \(few) genuine fragments: \(outcome)")
                }
            }
            guard case .opened = try access.combining(threshold, under: key) else {
                throw DemoReporter.Broken(description: "\(threshold) fragments do not open either: nothing was shown")
            }
            let alone = "the client gives up, and A's key alone opens nothing"
            return few == 0
                ? "\(alone); with a threshold of 1 there are no fewer answers to combine, and one opens"
                : "\(alone); \(few) genuine answers combine to a wrong seed, one more makes it right"
        }
    }

    // MARK: P3

    /// Asks a proxy without a request that a quorum of witnesses has seen.
    func unlogged(
        _ record: RecordID, _ consent: ConsentID, _ access: InterceptedAccess, _ cast: Cast
    ) async throws {
        try await reporter.step(
            "unlogged", "Doctor A asks a proxy without a request in a cosigned checkpoint", attacking: ["P3"]
        ) {
            guard let proxy = cast.proxies.last else { throw DemoReporter.Broken(description: "no proxies") }
            let honest = try await cast.doctorA.agent.request(record, under: consent)
            let real = try LogProof(encoded: honest.receipt.proof)
            var flipped = honest.receipt.proof
            flipped[flipped.count / 2] ^= 1
            let underQuorum = LogProof(
                index: real.index, path: real.path, note: try real.note.cosigned(byFirst: 1, of: cast.node.trust))
            let unsequenced = try unsequencedRequest(record, consent, cast)
            let attempts = [
                ("a receipt with a flipped bit", Receipt(entry: honest.receipt.entry, proof: flipped)),
                (
                    "a checkpoint that one witness cosigned",
                    Receipt(entry: honest.receipt.entry, proof: underQuorum.encoded)
                ),
                (
                    "a request never logged, with another's proof",
                    Receipt(entry: unsequenced.serialized, proof: honest.receipt.proof)
                ),
            ]
            var lines: [String] = []
            for (what, receipt) in attempts {
                let refusal = try await reporter.refusal(
                    "a proxy transformed for \(what)",
                    { (error: ProxyError) in if case .invalidReceipt = error { true } else { false } }
                ) { try await proxy.transform(request: receipt, capsule: access.capsule.simple.bytes) }
                lines.append("\(what): \(refusal)")
            }
            // The same request with its own receipt is answered: nothing else stood in the way.
            _ = try await proxy.transform(request: honest.receipt, capsule: access.capsule.simple.bytes)
            return lines.joined(separator: "\n")
        }
    }

    /// The leaf of a request that doctor A signed and never submitted.
    private func unsequencedRequest(_ record: RecordID, _ consent: ConsentID, _ cast: Cast) throws -> LedgerEntry {
        var generator = SystemRandomNumberGenerator()
        let id = TransactionID.random(using: &generator)
        let request = AccessRequested(
            authority: .consent(consent), record: record, purpose: .treatment,
            answerKey: try AnswerKey(from: cast.doctorA.receivingKey.octets, for: id).publicKey)
        return try LedgerEntry(
            sequencedAt: cast.node.clock.now(), try cast.doctorA.signer.signed(.accessRequested(request), id: id))
    }

    /// Whether the ledger refused a transaction for this reason, and sequenced nothing.
    static func isRefused(_ code: ContractViolation.Code) -> (ClientError) -> Bool {
        { $0 == .ledger(.refused(ContractViolation(code, ""))) }
    }
}

extension SignedNote {
    /// The same note with the log's signature and those of the first `count` witnesses that cosigned it.
    func cosigned(byFirst count: Int, of trust: TrustAnchor) throws(TransparencyLogError) -> SignedNote {
        let witnesses = Set(trust.policy.witnesses.map(\.key.name))
        var left = count
        return try SignedNote(
            text: text,
            signatures: signatures.filter { signature in
                guard witnesses.contains(signature.name) else { return true }
                left -= 1
                return left >= 0
            })
    }
}
