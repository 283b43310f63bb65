/// Which versions of the contracts are in force: the founding's, and then those that a quorum of the members activates.
///
/// Every `check` only reads and every `perform` cannot fail, so that a transaction is applied wholly or not at all.
struct ActivationContract: Hashable, Sendable {
    private var cell: StateCell<ContractsInForce>

    init(_ backing: StateBacking?) {
        cell = StateCell(.contracts, backing)
    }

    /// nil before the founding.
    var inForce: ContractsInForce? { cell.value }

    // MARK: LedgerFounded

    mutating func perform(_ body: LedgerFounded) {
        var versions: [ContractName: UInt32] = [:]
        for version in body.contracts {
            if let name = ContractName(name: version.contract) { versions[name] = version.version }
        }
        cell.value = ContractsInForce(founding: versions)
    }

    // MARK: ContractActivated

    func check(
        _ body: ContractActivated, _ founding: LedgerFounded?, known: KnownContracts
    ) throws(ContractViolation) {
        let needed = ContractActivated.quorum(of: founding?.members.count ?? 0)
        guard body.members.count >= needed else {
            throw ContractViolation(.notAQuorum, "\(body.members.count) members activate, \(needed) are needed")
        }
        let name = try known.require(body.activated)
        let current = inForce?[name] ?? 0
        guard body.activated.version > current else {
            throw ContractViolation(
                .versionNotLater, "contract \(name.rawValue) \(body.activated.version) is not later than \(current)")
        }
    }

    mutating func perform(_ body: ContractActivated, _ event: LedgerEvent) {
        guard let name = ContractName(name: body.activated.contract) else { return }
        cell.value?.activate(name, body.activated.version, event)
    }
}

extension ActivationContract {
    var parts: [any StateStored] { [cell] }

    mutating func take(_ step: SettlementStep) { cell.take(step) }
}
