package import SharingContracts

/// A leaf on its way into a state: read, and its signatures verified where the keys were known beforehand.
package struct DecodedLeaf: Sendable {
    package let index: UInt64
    /// As the log has it.
    package let bytes: [UInt8]
    private let entry: Result<LedgerEntry, ContractViolation>
    /// Nil where the leaf's turn must decide, for instance because a leaf just before it enrols its signer.
    private let signatures: VerifiedSignatures?

    private init(_ bytes: [UInt8], index: UInt64, in state: WorldState) {
        self.index = index
        self.bytes = bytes
        let decoded: Result<LedgerEntry, ContractViolation>
        do throws(ContractViolation) { decoded = .success(try LedgerEntry(serialized: bytes)) } catch {
            decoded = .failure(error)
        }
        entry = decoded
        signatures = (try? decoded.get()).flatMap { try? state.verifySignatures(of: $0.signedTransaction) }
    }

    /// What the leaf says.
    ///
    /// - Throws: why it is no entry of a ledger.
    package var decoded: LedgerEntry { get throws(ContractViolation) { try entry.get() } }

    /// Applies the leaf: every rule and every signature.
    package func apply(to state: inout WorldState) throws(ContractViolation) {
        let entry = try entry.get()
        guard let signatures else { return try state.apply(entry) }
        do throws(ContractViolation) { try state.apply(entry, signatures: signatures) } catch {
            guard error.code == .signaturesNotVerified else { throw error }
            // A leaf in between has changed who must sign.
            try state.apply(entry)
        }
    }

    /// How many leaves one task takes.
    private static let run = 32

    /// Reads leaves and verifies their signatures, on all cores.
    ///
    /// - Parameters:
    ///   - start: The index of the first.
    ///   - execution: Of leaves before them, from which keys are taken.
    package static func decoded(
        _ leaves: [[UInt8]], from start: UInt64, in execution: StateExecution
    ) async -> [DecodedLeaf] {
        await withTaskGroup(of: (Int, [DecodedLeaf]).self) { group in
            for first in stride(from: 0, to: leaves.count, by: run) {
                let part = leaves[first..<min(first + run, leaves.count)]
                group.addTask {
                    let decode = {
                        part.indices.map { DecodedLeaf(part[$0], index: start + UInt64($0), in: execution.state) }
                    }
                    // Where that fails, so does the leaves' turn.
                    return (first, (try? execution.duringOneRead(decode)) ?? decode())
                }
            }
            var runs: [(Int, [DecodedLeaf])] = []
            for await result in group { runs.append(result) }
            return runs.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }
}
