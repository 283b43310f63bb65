package import LedgerReplica
package import ServiceProtocols

extension EnrollmentRequest {
    /// Hands this request in with a code, and believes the receipt only where it proves this very enrolment final.
    ///
    /// To be done again as it stands where it fails: the same request with the same code is enrolled once.
    ///
    /// - Throws: ``EnrolmentError``.
    package func redeem(
        _ code: InvitationCode, at registrar: any Registering, trust: TrustAnchor
    ) async throws(EnrolmentError) -> Receipt {
        let request: [UInt8]
        do { request = try serialized() } catch { throw .request(error) }
        let receipt: Receipt
        do { receipt = try await registrar.redeem(code, request: request) } catch { throw .registrar(error) }
        do { try trust.verify(receipt, of: transaction) } catch { throw .badReceipt(error) }
        return receipt
    }
}

/// Why an invitation did not enrol its holder.
package enum EnrolmentError: Error, Hashable, Sendable {
    case request(ClientError)
    case registrar(RegistrarError)
    /// The registrar's receipt does not prove the enrolment.
    case badReceipt(ReceiptError)
}

extension EnrolmentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .request(let error): "\(error)"
        case .registrar(let error): "registrar: \(error)"
        case .badReceipt(let error): "the registrar's receipt proves nothing: \(error)"
        }
    }
}
