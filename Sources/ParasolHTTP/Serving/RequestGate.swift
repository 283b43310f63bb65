internal import Crypto
package import HTTPMessageSignatures
internal import HTTPTypes
package import ServiceProtocols
internal import SharingContracts

/// Decides who a request is from and whether it is let through, before anything of its content is read.
///
/// In this order, the cheapest first: the address's rate, the signature's form, coverage and times, its key, the signature, the
/// signer's rate, its standing, the nonce. Content comes after it, bounded, and must be what was signed.
package struct RequestGate: Sendable {
    private let directory: any IdentityDirectory
    private let names: ServerNames
    private let clock: any Clock
    private let replays: ReplayMemory
    private let addressRates: TokenBuckets<RemoteAddress>
    private let signerRates: TokenBuckets<SignerID>
    private let policy: VerificationPolicy

    /// - Parameters:
    ///   - perAddress: What one address may ask, signed or not.
    ///   - perSigner: What one signer may ask, from wherever.
    package init(
        directory: any IdentityDirectory, names: ServerNames, clock: any Clock,
        perAddress: RateLimit = .standard, perSigner: RateLimit = .standard, replays: ReplayMemory = ReplayMemory()
    ) {
        self.directory = directory
        self.names = names
        self.clock = clock
        self.replays = replays
        addressRates = TokenBuckets(perAddress, clock: clock)
        signerRates = TokenBuckets(perSigner, clock: clock)
        // What was signed before this memory of nonces began may be a copy of what was accepted before.
        policy = SignatureProfile.policy(notCreatedBefore: Self.seconds(clock))
    }

    private static func seconds(_ clock: any Clock) -> Int64 { Int64(clamping: clock.now().microseconds / 1_000_000) }

    /// Lets a request's head through, and says who signed it.
    ///
    /// - Throws: ``RequestRefusal``.
    func admit(
        _ head: HTTPRequest, to route: Route, from address: RemoteAddress
    ) async throws(RequestRefusal) -> EnrolledSigner? {
        if let seconds = addressRates.take(route.cost, for: address) { throw .tooMany(retryAfterSeconds: seconds) }
        let signer = try await verifiedSigner(of: head, route: route)
        try route.access.admit(signer?.signer)
        guard let signer else { return nil }
        do { try replays.use(signer.signature, now: Self.seconds(clock)) } catch { throw RequestRefusal(error) }
        return signer.signer
    }

    private func verifiedSigner(
        of head: HTTPRequest, route: Route
    ) async throws(RequestRefusal) -> (signer: EnrolledSigner, signature: VerifiedSignature)? {
        guard head.headerFields.contains(.signatureInput) || head.headerFields.contains(.signature) else { return nil }
        var head = head
        // There is no other here, whatever the request's HTTP version lets it say.
        head.scheme = "https"
        let unverified: UnverifiedSignature
        do {
            unverified = try UnverifiedSignature(of: .request(head), under: policy, now: Self.seconds(clock))
            guard names.contains(try SignedMessage.request(head).value(of: .authority)) else {
                throw RequestRefusal.misdirected
            }
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch let error as MessageSignatureError {
            throw RequestRefusal(error)
        } catch { throw .internalError }
        guard let id = try? SignerID(hexadecimal: unverified.keyID), "\(id)" == unverified.keyID else {
            throw .unknownSigner
        }
        let found: EnrolledSigner?
        do { found = try await directory.signer(id) } catch {
            // What failed is the operator's to know.
            throw .unavailable("the ledger's state cannot be read")
        }
        guard let signer = found else { throw .unknownSigner }
        let signature: VerifiedSignature
        do { signature = try unverified.verified(by: signer.key) } catch { throw RequestRefusal(error) }
        if let seconds = signerRates.take(route.cost, for: id) { throw .tooMany(retryAfterSeconds: seconds) }
        return (signer, signature)
    }

    /// Holds content to what was signed of it.
    ///
    /// - Throws: ``RequestRefusal/badSignature(code:_:)``.
    func check(_ content: [UInt8], of head: HTTPRequest, isSigned: Bool) throws(RequestRefusal) {
        // Without content there is nothing to swap: whether there may be some, the digest that must be covered says.
        guard (isSigned && !content.isEmpty) || head.headerFields.contains(.contentDigest) else { return }
        do { try ContentDigest.verify(content, against: head.headerFields) } catch { throw RequestRefusal(error) }
    }
}
