/// Why a container, or what comes out of it, could not be read or written where it lies.
package enum ByteStoreError: Error, Hashable, Sendable {
    /// A system call failed.
    case system(operation: String, path: String, errno: Int32)
    /// The file is a directory, a device, or the like.
    case notARegularFile(path: String)
    /// Nothing is overwritten.
    case exists(path: String)
    /// `needed` bytes were wanted at `offset` where only `available` are.
    case endOfSource(offset: UInt64, needed: Int, available: UInt64)
    /// A source gave `actual` bytes for the `expected` that were asked of it.
    case wrongAmount(expected: Int, actual: Int)
    /// A sink was written to after it had finished.
    case finished
    /// A source or sink of another kind (a network's, say) cannot serve.
    case unavailable(reason: String)
}

extension ByteStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let operation, let path, let errno): "\(operation) \(path): system error \(errno)"
        case .notARegularFile(let path): "\(path) is not a regular file"
        case .exists(let path): "\(path) exists and is not overwritten"
        case .endOfSource(let offset, let needed, let available):
            "\(needed) bytes wanted at offset \(offset), \(available) left"
        case .wrongAmount(let expected, let actual): "\(actual) bytes came where \(expected) were asked"
        case .finished: "written to after the end"
        case .unavailable(let reason): "unavailable: \(reason)"
        }
    }
}
