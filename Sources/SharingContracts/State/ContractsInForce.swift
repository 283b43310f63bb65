/// Which version of each contract's rules judges the next leaf, and since when.
package struct ContractsInForce: Hashable, Sendable {
    private var versions: [ContractName: UInt32]
    private var activations: [ContractName: LedgerEvent] = [:]

    init(founding versions: [ContractName: UInt32]) {
        self.versions = versions
    }

    /// The version in force.
    package subscript(contract: ContractName) -> UInt32 { versions[contract] ?? 0 }

    /// The activation that put it in force; nil where it is the founding's.
    package func activation(of contract: ContractName) -> LedgerEvent? { activations[contract] }

    /// In the order of a founding.
    package var all: [ContractVersion] {
        ContractName.allCases.map { ContractVersion(contract: $0.rawValue, version: self[$0]) }
    }

    mutating func activate(_ contract: ContractName, _ version: UInt32, _ event: LedgerEvent) {
        versions[contract] = version
        activations[contract] = event
    }
}

extension ContractsInForce: StateRowValue {
    func write(to writer: inout RowWriter) throws(ContractViolation) {
        for contract in ContractName.allCases {
            writer.write(self[contract])
            writer.write(optional: activations[contract])
        }
    }

    init(from reader: inout RowReader) throws(StateRowError) {
        versions = [:]
        for contract in ContractName.allCases {
            versions[contract] = try reader.integer()
            activations[contract] = try reader.optionalEvent()
        }
    }
}
