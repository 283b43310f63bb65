package import SharingContracts
package import TransparencyLog

extension WorldState {
    /// What commits to the whole state: the RFC 6962 root over its rows, ascending by key.
    ///
    /// Equal states have equal roots, on every machine, in a store or in memory.
    ///
    /// - Throws: ``ContractViolation/Code/stateUnavailable`` where a row cannot be read.
    /// - Complexity: linear in the number of rows; none is kept.
    package func root() throws -> MerkleHash {
        var frontier = TreeFrontier()
        try forEachRow { try frontier.append(MerkleTree.leafHash(of: $0.leaf)) }
        return frontier.root
    }
}
