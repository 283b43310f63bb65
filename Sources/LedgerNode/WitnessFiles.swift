internal import LedgerReplica

/// Where a witness keeps what.
struct WitnessFiles: Hashable, Sendable {
    /// The SQLite database: its copy of the leaves, and what it cosigned last. The truth.
    let database: String
    /// The world state that the leaves make, in a database of its own: all of it can be made from them anew.
    let state: String
    /// What convicts the log, made when there is something.
    let evidence: String
    /// The newest state note.
    let stateNote: String

    /// - Parameter database: `witness.sqlite` puts `witness-state.sqlite` and `witness.sqlite.evidence` beside it.
    init(database: String) {
        self.database = database
        state = StateStore.path(beside: database)
        evidence = database + EvidenceFolder.suffix
        stateNote = StateStore.stem(of: database) + "-state-note"
    }
}
