import ParasolClient

/// What a command asks whoever runs it. A test answers itself.
protocol Asking: Sendable {
    /// The passphrase of a profile that is there.
    func passphrase(_ prompt: String) throws(PeopleError) -> Passphrase
    /// A passphrase for a new profile.
    func newPassphrase(_ prompt: String) throws(PeopleError) -> Passphrase
    /// Whether to go on.
    ///
    /// - Throws: ``PeopleError/confirmationNeeded`` where nobody can be asked.
    func confirm(_ question: String) throws(PeopleError) -> Bool
}

extension Asking {
    /// Goes on only where the answer is yes.
    ///
    /// - Throws: ``PeopleError/notConfirmed``, ``PeopleError/confirmationNeeded``.
    func demand(_ question: String) throws(PeopleError) {
        guard try confirm(question) else { throw .notConfirmed }
    }
}

/// Asks on the terminal, except for what options answer already.
struct TerminalAsking: Asking {
    let passphraseFile: String?
    let isConfirmed: Bool

    func passphrase(_ prompt: String) throws(PeopleError) -> Passphrase {
        if let passphraseFile { return try PassphraseFile.read(passphraseFile) }
        return try Terminal().passphrase(prompt)
    }

    func newPassphrase(_ prompt: String) throws(PeopleError) -> Passphrase {
        if let passphraseFile { return try PassphraseFile.read(passphraseFile) }
        let terminal = try Terminal()
        let first = try terminal.passphrase(prompt)
        guard try terminal.passphrase("The same again") == first else { throw .passphraseMismatch }
        return first
    }

    func confirm(_ question: String) throws(PeopleError) -> Bool {
        if isConfirmed { return true }
        let terminal: Terminal
        do { terminal = try Terminal() } catch { throw .confirmationNeeded }
        return try terminal.confirm(question)
    }
}
