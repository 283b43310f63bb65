import ParasolClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The terminal that a command was started from, whatever its input and output are.
final class Terminal {
    private let descriptor: Int32

    /// - Throws: ``PeopleError/noTerminal``.
    init() throws(PeopleError) {
        descriptor = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw .noTerminal }
    }

    deinit { close(descriptor) }

    /// Asks for a passphrase and shows nothing of it.
    func passphrase(_ prompt: String) throws(PeopleError) -> Passphrase {
        show(prompt + ": ")
        let line = PassphraseLine()
        try unseen { () throws(PeopleError) in try fill(line) }
        do { return try line.passphrase() } catch { throw .profile(error) }
    }

    /// Asks until the answer is yes or no; the end of input is no.
    func confirm(_ question: String) throws(PeopleError) -> Bool {
        while true {
            show(question + " [yes/no] ")
            var answer: [UInt8] = []
            while answer.count < 16 {
                guard let byte = next() else { return false }
                if byte == UInt8(ascii: "\n") { break }
                answer.append(byte)
            }
            switch String(decoding: answer, as: UTF8.self).lowercased() {
            case "yes", "y": return true
            case "no", "n": return false
            default: show("Please type yes or no.\n")
            }
        }
    }

    private func fill(_ line: PassphraseLine) throws(PeopleError) {
        while let byte = next() {
            switch line.take(byte) {
            case .more: continue
            case .done: return
            case .interrupted: throw .interrupted
            }
        }
        throw .interrupted
    }

    /// Without echo, and a key at a time, so that Control-C comes as a byte and the terminal is always set back.
    private func unseen(_ body: () throws(PeopleError) -> Void) throws(PeopleError) {
        var before = termios()
        guard unsafe tcgetattr(descriptor, &before) == 0 else { throw .noTerminal }
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
        guard unsafe tcsetattr(descriptor, TCSAFLUSH, &hidden) == 0 else { throw .noTerminal }
        defer {
            _ = unsafe tcsetattr(descriptor, TCSAFLUSH, &before)
            show("\n")
        }
        try body()
    }

    private func next() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = unsafe read(descriptor, &byte, 1)
            if count == 1 { return byte }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }

    private func show(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}
