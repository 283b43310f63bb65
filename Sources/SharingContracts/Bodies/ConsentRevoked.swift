import SharingMessages

/// A patient takes a consent back: the next transform is refused.
package struct ConsentRevoked: Hashable, Sendable {
    package let consent: ConsentID

    package init(consent: ConsentID) {
        self.consent = consent
    }
}

extension ConsentRevoked {
    init(_ wire: WireConsentRevoked) throws(ContractViolation) {
        consent = try WireFields(message: "ConsentRevoked").identifier(wire.consentID, "consent_id")
    }

    var wire: WireConsentRevoked {
        var wire = WireConsentRevoked()
        wire.consentID = .init(consent)
        return wire
    }
}
