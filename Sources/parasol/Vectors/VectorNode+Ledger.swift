import LedgerMirror
import ServiceProtocols
import TransparencyLog

extension VectorNode {
    /// Demands this very number.
    func counts(_ expected: UInt64) throws(VectorError) {
        guard try unsigned() == expected else { throw failure(.unequal(expected: String(expected))) }
    }

    /// Demands these very numbers.
    func counts(_ expected: [UInt64]) throws(VectorError) {
        let nodes = try array()
        guard nodes.count == expected.count else { throw failure(.unequal(expected: "\(expected.count) numbers")) }
        for (node, number) in zip(nodes, expected) { try node.counts(number) }
    }

    /// Demands that `body` throws the error that this text names, of evidence or a snapshot.
    func names(_ body: () throws -> Void) throws(VectorError) {
        let expected = try string()
        do { try body() } catch {
            let found = Self.caseName(error)
            guard found == expected else { throw failure(.unequal(expected: found)) }
            return
        }
        throw failure(.accepted)
    }

    /// A case's own name, as the vectors give it.
    private static func caseName(_ error: any Error) -> String {
        switch error {
        case MirrorError.snapshot(.notASnapshot): "notASnapshot"
        case MirrorError.snapshot(.notVouched): "notVouched"
        case MirrorError.snapshot(.rootMismatch): "rootMismatch"
        case MirrorError.foreignPolicy: "foreignPolicy"
        case MirrorError.snapshot(let error): label(error)
        default: label(error)
        }
    }

    private static func label(_ error: some Error) -> String {
        Mirror(reflecting: error).children.first?.label ?? "unknown"
    }
}
