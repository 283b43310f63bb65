internal import Crypto
internal import Octets

/// Where a ledger's routes are. A server may have several ledgers: each path names the log.
package struct LedgerPaths: Hashable, Sendable {
    /// SHA-256 of the log's origin, in hexadecimal: as C2SP tlog-witness names logs in paths.
    package let log: String

    package init(origin: String) {
        log = Array(SHA256.hash(data: Array(origin.utf8))).hexadecimal
    }

    private init(log: String) { self.log = log }

    /// The paths for people, of any log.
    static let template = LedgerPaths(log: "{log}")

    package var root: String { "/v1/logs/\(log)" }
    package var transactions: String { root + "/transactions" }
    package var checkpoint: String { root + "/checkpoint" }
    package var consistency: String { root + "/consistency" }
    package var entries: String { root + "/entries" }
    package var news: String { root + "/news" }
    package var events: String { root + "/events" }

    package func receipt(_ transaction: String) -> String { transactions + "/\(transaction)/receipt" }

    package func directory(_ signer: String) -> String { root + "/directory/\(signer)" }

    package func trail(_ signer: String) -> String { root + "/trails/\(signer)" }

    package func granted(_ signer: String) -> String { trail(signer) + "/granted" }

    /// Which snapshot is a mirror's newest.
    package var snapshot: String { root + "/snapshot" }

    package func snapshot(_ size: String) -> String { root + "/snapshots/\(size)" }

    /// The monitoring prefix of C2SP tlog-tiles: `<prefix>/checkpoint`, `<prefix>/tile/…`.
    package var tiles: String { "/logs/\(log)" }
}
