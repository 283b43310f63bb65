internal import HTTPTypes
internal import Octets
package import ServiceProtocols
internal import SharingContracts

/// A proxy over HTTP.
package enum ProxyRoutes {
    /// - Parameters:
    ///   - install: Who may deliver fragments: folders, whose patient's signature is in them anyway.
    ///   - transform: Who may ask. An answer is sealed to whoever signed the access request, so this limits load, not secrets.
    package static func routes(
        _ proxy: any Transforming, install: Access = .enrolled, transform: Access = .enrolled,
        maintain: Access = .enrolled
    ) -> [Route] {
        [
            Route(
                .put, "/v1/consents/{consent}/fragment", access: install, accepts: MediaType.fragmentDelivery,
                maximumBodyBytes: FragmentDelivery.maximumBytes, cost: 10, answers: [204: ""], refusals: [422]
            ) { request in
                let consent: ConsentID = try request.parameter("consent") { try LedgerRoutes.canonical($0) }
                let delivery = try KeyServiceRoutes.parsed {
                    try FragmentDelivery(consent: consent, encoded: request.body)
                }
                try await proxy.install(delivery)
                return Answer(status: .noContent)
            },
            Route(
                .post, "/v1/transforms", access: transform, accepts: MediaType.accessProof,
                maximumBodyBytes: AccessProof.maximumBytes, cost: 10, answers: [200: MediaType.transformation],
                refusals: [422]
            ) { request in
                let proof = try KeyServiceRoutes.parsed { try AccessProof(encoded: request.body) }
                let answer = try await proxy.transform(request: proof.receipt, capsules: proof.capsules)
                return Answer(
                    try answer.encoded(), type: MediaType.transformation, fields: [.cacheControl: "no-store"])
            },
            Route(
                .post, "/v1/fragment-destructions", access: maintain, cost: 20, answers: [200: MediaType.identifiers],
                refusals: [422]
            ) { _ in
                let consents = try await proxy.destroyEndedFragments()
                return Answer(consents.flatMap(\.bytes), type: MediaType.identifiers)
            },
        ]
    }
}

extension FragmentDelivery {
    /// Two sealed halves, each with a hybrid encapsulation of at most 2 KiB.
    static let maximumBytes = 16 << 10

    /// Both halves behind their 16-bit lengths, the patient's first.
    func encoded() throws(WireCodingError) -> [UInt8] {
        try WireCoding.encode(entries: [patientHalf, serviceHalf])
    }

    init(consent: ConsentID, encoded bytes: [UInt8]) throws(WireCodingError) {
        let parts = try WireCoding.entries(bytes)
        guard parts.count == 2 else {
            throw WireCodingError(what: "a fragment delivery", reason: "\(parts.count) parts")
        }
        self.init(consent: consent, patientHalf: parts[0], serviceHalf: parts[1])
    }
}
