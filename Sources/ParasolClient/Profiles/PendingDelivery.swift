package import ServiceProtocols
package import SharingContracts

/// A key fragment that was issued and has not reached its proxy yet: kept until it has, because its halves cannot be
/// made again.
package struct PendingDelivery: Sendable, Hashable {
    package let proxy: IdentityID
    package let delivery: FragmentDelivery

    package init(proxy: IdentityID, delivery: FragmentDelivery) {
        self.proxy = proxy
        self.delivery = delivery
    }

    package var consent: ConsentID { delivery.consent }
}

extension PendingDelivery: CustomStringConvertible, CustomReflectable {
    package var description: String { "PendingDelivery(consent \(consent), proxy \(proxy))" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
