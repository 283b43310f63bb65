/// The command line.
struct Options {
    var json = false
    /// How long each operation is repeated.
    var duration: Duration = .seconds(1)
    /// The only operation to run.
    var only: String?
    /// Instead of timing operations: stream a record of so many MiB through a file.
    var streamMebibytes: Int?
    /// Instead of timing operations: put a ledger under load, with its witnesses at each of these places.
    var ledgerLoad: [WitnessPlace] = []
    /// How long each of a ledger's loads lasts.
    var ledgerDuration: Duration = .seconds(6)
    /// How many wait for a receipt at once at saturation.
    var ledgerSubmitters = LedgerLoad.folders
    /// Instead of timing operations: let a ledger grow to these numbers of entries.
    var ledgerEntries: [Int] = []

    /// Instead of timing operations: be the clients of the cluster in this folder.
    var cluster: String?
    /// Doctors who open at once, one load each.
    var doctorCounts = [1, 10, 50]

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
            case "--ledger": ledgerLoad = WitnessPlace.allCases
            case "--ledger-witnesses":
                guard let place = rest.popFirst().flatMap(WitnessPlace.init) else {
                    throw OptionsError(description: "--ledger-witnesses wants elsewhere or here")
                }
                ledgerLoad = [place]
            case "--ledger-seconds":
                guard let value = rest.popFirst().flatMap(Double.init), value >= 1, value <= 3600 else {
                    throw OptionsError(description: "--ledger-seconds wants a number from 1 to 3600")
                }
                ledgerDuration = .seconds(value)
            case "--ledger-submitters":
                guard let value = rest.popFirst().flatMap({ Int($0) }), (1...65_536).contains(value) else {
                    throw OptionsError(description: "--ledger-submitters wants a number from 1 to 65536")
                }
                ledgerSubmitters = value
            case "--ledger-entries": ledgerEntries = try Self.sizes(rest.popFirst())
            case "--wire":
                guard let folder = rest.popFirst() else { throw OptionsError(description: "--wire wants a folder") }
                cluster = folder
            case "--wire-doctors":
                let counts = rest.popFirst().map { $0.split(separator: ",").compactMap { Int($0) } } ?? []
                guard !counts.isEmpty, counts.allSatisfy({ (1...200).contains($0) }) else {
                    throw OptionsError(description: "--wire-doctors wants numbers from 1 to 200, with commas between")
                }
                doctorCounts = counts
            default:
                throw OptionsError(
                    description: """
                        what is \(argument)? Options: --json, --seconds S, --only NAME, --stream MIB, --ledger, \
                        --ledger-witnesses elsewhere|here, --ledger-seconds S, --ledger-submitters N, --ledger-entries N,N,…, --wire FOLDER, \
                        --wire-doctors N,N,…
                        """)
            }
        }
    }

    private static func sizes(_ text: String?) throws(OptionsError) -> [Int] {
        let sizes = text.map { $0.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) } } ?? []
        let valid = sizes.compactMap { $0 }.filter { (1_000...100_000_000).contains($0) }
        guard !sizes.isEmpty, valid.count == sizes.count, valid == Set(valid).sorted() else {
            throw OptionsError(
                description: "--ledger-entries wants ascending numbers from 1000 to 100000000, with commas between")
        }
        return valid
    }
}

/// A command line that makes no sense.
struct OptionsError: Error, CustomStringConvertible {
    let description: String
}
