/// The command line.
struct Options {
    var json = false
    /// How long each operation is repeated.
    var duration: Duration = .seconds(1)
    /// The only operation to run.
    var only: String?
    /// Instead of timing operations: stream a record of so many MiB through a file.
    var streamMebibytes: Int?

    init(_ arguments: [String]) throws(OptionsError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--json":
                json = true
            case "--seconds":
                guard let value = rest.popFirst().flatMap(Double.init), value > 0, value <= 3600 else {
                    throw OptionsError(description: "--seconds wants a number above 0, at most 3600")
                }
                duration = .seconds(value)
            case "--only":
                guard let name = rest.popFirst() else { throw OptionsError(description: "--only wants a name") }
                only = name
            case "--stream":
                guard let value = rest.popFirst().flatMap({ Int($0) }), (1...1 << 18).contains(value) else {
                    throw OptionsError(description: "--stream wants a number of MiB, 1 to 262144")
                }
                streamMebibytes = value
            default:
                throw OptionsError(
                    description: "what is \(argument)? Options: --json, --seconds S, --only NAME, --stream MIB")
            }
        }
    }
}

/// A command line that makes no sense.
struct OptionsError: Error, CustomStringConvertible {
    let description: String
}
