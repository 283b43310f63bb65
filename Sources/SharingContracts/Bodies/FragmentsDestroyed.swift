import SharingMessages

/// A proxy has destroyed its fragment of a consent, or a key service its share of a folder.
package struct FragmentsDestroyed: Hashable, Sendable {
    package let holder: IdentityID
    package let target: DestructionTarget
    package let reason: DestructionReason

    package init(holder: IdentityID, target: DestructionTarget, reason: DestructionReason) {
        self.holder = holder
        self.target = target
        self.reason = reason
    }
}

/// What a holder held a secret of.
package enum DestructionTarget: Hashable, Sendable {
    /// A proxy's key fragment.
    case consent(ConsentID)
    /// The key service's share of the delegating key.
    case folder(FolderID)
}

extension FragmentsDestroyed {
    init(_ wire: WireFragmentsDestroyed) throws(ContractViolation) {
        let fields = WireFields(message: "FragmentsDestroyed")
        holder = try fields.identifier(wire.holderID, "holder_id")
        switch wire.target {
        case .consentID(let data): target = .consent(try fields.identifier(data, "consent_id"))
        case .folderID(let data): target = .folder(try fields.identifier(data, "folder_id"))
        case nil: throw fields.violation("target", "missing")
        }
        guard let reason = DestructionReason(wire.reason) else {
            throw fields.violation("reason", "\(wire.reason.rawValue) is not a reason")
        }
        self.reason = reason
    }

    var wire: WireFragmentsDestroyed {
        var wire = WireFragmentsDestroyed()
        wire.holderID = .init(holder)
        switch target {
        case .consent(let consent): wire.consentID = .init(consent)
        case .folder(let folder): wire.folderID = .init(folder)
        }
        wire.reason = reason.wire
        return wire
    }
}
