internal import Persistence
package import ServiceProtocols

extension LedgerError {
    /// Opens a database; one that is damaged is inconsistent, all else the storage's failure.
    package static func whileOpening<Opened>(_ open: () throws -> Opened) throws(LedgerError) -> Opened {
        do { return try open() } catch {
            if case .corrupt = error as? PersistenceError { throw .inconsistent("\(error)") }
            throw .storage("\(error)")
        }
    }
}
