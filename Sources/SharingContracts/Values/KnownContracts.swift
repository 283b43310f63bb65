/// A state machine of the ledger, by the name that foundings and activations give it, in the order of a founding.
package enum ContractName: String, Hashable, Sendable, CaseIterable {
    case enrollment
    case record
    case consent

    /// - Returns: nil for a text that is no contract's name, byte for byte.
    package init?(name: String) {
        guard let known = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
        self = known
    }
}

/// The versions of each contract whose rules some software has. Docs/contracts.md says what each version's rules are.
///
/// A ledger may activate what old software does not have: that software must stop there and say what it lacks, and never
/// judge by other rules.
package struct KnownContracts: Hashable, Sendable {
    private let versions: [ContractName: Set<UInt32>]

    package init(_ versions: [ContractName: Set<UInt32>]) {
        self.versions = versions
    }

    /// What this software runs.
    package static let all = KnownContracts([.enrollment: [1], .record: [1], .consent: [1, 2, 3, 4]])

    /// Which contract is meant, whose version must be known.
    ///
    /// - Throws: ``ContractViolation/Code/unknownContractVersion``, whose reason says what is needed.
    @discardableResult
    func require(_ needed: ContractVersion) throws(ContractViolation) -> ContractName {
        guard let name = ContractName(name: needed.contract), let known = versions[name] else {
            throw ContractViolation(
                .unknownContractVersion,
                "contract \(needed.contract) \(needed.version) is needed, of which this software knows no version")
        }
        guard known.contains(needed.version) else {
            let list = known.sorted().map { "\($0)" }.joined(separator: ", ")
            throw ContractViolation(
                .unknownContractVersion,
                "contract \(needed.contract) \(needed.version) is needed, this software knows \(list)")
        }
        return name
    }

    /// That a founding lists one known version for each contract, in order.
    func require(founding versions: [ContractVersion]) throws(ContractViolation) {
        var names: [ContractName] = []
        for version in versions { names.append(try require(version)) }
        guard names == ContractName.allCases else {
            let asked = versions.map { "\($0.contract) \($0.version)" }.joined(separator: ", ")
            throw ContractViolation(.unknownContractVersion, "\(asked) is not one version for each contract, in order")
        }
    }
}
