import SharingContracts

/// An identifier as people write it: all 32 digits, or the first of them where those are enough to know which is meant.
struct ShortIdentifier: Hashable, Sendable {
    /// Fewer than these could be met by chance.
    static let minimumDigits = 6

    let digits: String

    init?(_ text: String) {
        let digits = text.lowercased()
        let isHexadecimal = digits.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard (Self.minimumDigits...32).contains(digits.utf8.count), isHexadecimal else { return nil }
        self.digits = digits
    }

    /// The one of `known` that begins so.
    ///
    /// - Parameter what: What it names, for the error.
    /// - Throws: ``PeopleError/unknown(what:text:)``, ``PeopleError/ambiguous(what:text:matches:)``.
    func resolve<Kind>(_ what: String, among known: [Identifier<Kind>]) throws(PeopleError) -> Identifier<Kind> {
        let matches = known.filter { "\($0)".hasPrefix(digits) }
        guard let match = matches.first else { throw .unknown(what: what, text: digits) }
        guard matches.count == 1 else {
            throw .ambiguous(what: what, text: digits, matches: matches.map { "\($0)" })
        }
        return match
    }
}
