package import Octets
import SharingMessages
package import Umbral

/// The key fragments of a consent exist and are with its proxies. Commitments only.
package struct KeysIssued: Hashable, Sendable {
    package let consent: ConsentID
    /// X, which all fragments of the grant share.
    package let precursor: PublicKey
    /// One for each proxy, ascending by proxy as in the consent.
    package let fragments: [FragmentCommitment]

    package init(consent: ConsentID, precursor: PublicKey, fragments: [FragmentCommitment]) {
        self.consent = consent
        self.precursor = precursor
        self.fragments = fragments
    }

    /// What was committed to for `proxy`; nil where it is none of the consent's.
    package func fragment(of proxy: IdentityID) -> FragmentCommitment? {
        fragments.first { $0.proxy == proxy }
    }
}

/// Names one proxy's key fragment without giving anything of it away.
package struct FragmentCommitment: Hashable, Sendable {
    package let proxy: IdentityID
    package let fragment: FixedOctets<32>
    /// rk times U.
    package let commitment: PublicKey

    package init(proxy: IdentityID, fragment: FixedOctets<32>, commitment: PublicKey) {
        self.proxy = proxy
        self.fragment = fragment
        self.commitment = commitment
    }
}

extension KeysIssued {
    init(_ wire: WireKeysIssued) throws(ContractViolation) {
        let fields = WireFields(message: "KeysIssued")
        consent = try fields.identifier(wire.consentID, "consent_id")
        precursor = try fields.point(wire.precursor, "precursor")
        try fields.require(count: wire.fragments.count, in: 1...Limits.proxies, "fragments")
        var fragments: [FragmentCommitment] = []
        fragments.reserveCapacity(wire.fragments.count)
        var identifiers: Set<FixedOctets<32>> = []
        // Only identifiers are distinct: with a threshold of 1 all fragments are the same number, and so their commitments.
        for wireFragment in wire.fragments {
            let fragment = try FragmentCommitment(wireFragment)
            if let last = fragments.last, last.proxy >= fragment.proxy {
                throw ContractViolation(
                    .notAscending, "KeysIssued.fragments: \(fragment.proxy) does not follow \(last.proxy)")
            }
            guard identifiers.insert(fragment.fragment).inserted else {
                throw fields.violation("fragments", "proxy \(fragment.proxy) repeats another's fragment identifier")
            }
            fragments.append(fragment)
        }
        self.fragments = fragments
    }

    var wire: WireKeysIssued {
        var wire = WireKeysIssued()
        wire.consentID = .init(consent)
        wire.precursor = .init(precursor)
        wire.fragments = fragments.map(\.wire)
        return wire
    }
}

extension FragmentCommitment {
    init(_ wire: WireFragmentCommitment) throws(ContractViolation) {
        let fields = WireFields(message: "FragmentCommitment")
        proxy = try fields.identifier(wire.proxyID, "proxy_id")
        fragment = try fields.fixed(wire.fragmentID, "fragment_id")
        commitment = try fields.point(wire.commitment, "commitment")
    }

    var wire: WireFragmentCommitment {
        var wire = WireFragmentCommitment()
        wire.proxyID = .init(proxy)
        wire.fragmentID = .init(fragment)
        wire.commitment = .init(commitment)
        return wire
    }
}
