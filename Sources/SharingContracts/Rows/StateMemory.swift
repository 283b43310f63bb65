/// What a state and its copies remember together of a store: the rows that were read lately, and the first failure.
///
/// Behind a protocol because it is shared and changes while others only read, which rules have nothing to do with.
/// `SharedStateMemory` of ServiceProtocols is the implementation.
package protocol StateMemory: AnyObject, Sendable {
    /// The first failure that was noted; nil while all went well.
    var failure: ContractViolation? { get }

    /// Keeps `failure` unless there was one before.
    func note(_ failure: ContractViolation)

    /// A row as it was parsed, from memory, or else from `fetch` and remembered.
    ///
    /// A row that was fetched before a ``settle(_:)`` and arrives after it must not be remembered: it may be old.
    func row(at key: StateKey, orFetch fetch: () -> (any Sendable)?) -> (any Sendable)?

    /// Takes rows as the store has them from now on.
    func settle(_ rows: [StateKey: any Sendable])
}
