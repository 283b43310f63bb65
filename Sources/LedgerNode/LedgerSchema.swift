package import Persistence

extension Schema {
    /// A ledger node's database: the commit point.
    ///
    /// `staged` holds the leaves that are not in full bundles on the disk yet; the others are in the folder of tiles, and where
    /// each transaction is, the world state knows.
    /// `final_checkpoint` only grows, by sizes that only grow: the receipt of leaf i is the inclusion proof in the first
    /// final checkpoint above i, and so never changes.
    package static let ledger = Schema(
        applicationID: 0x504c_4732,  // "PLG2"
        migrations: [
            Migration(
                "1 log",
                sql: """
                    CREATE TABLE log (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        origin TEXT NOT NULL,
                        log_key TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE staged (
                        position INTEGER PRIMARY KEY CHECK (position >= 0),
                        transaction_id BLOB NOT NULL UNIQUE CHECK (length(transaction_id) = 16),
                        leaf BLOB NOT NULL CHECK (length(leaf) <= 65535)
                    ) STRICT;
                    CREATE TABLE head (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        note BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE final_checkpoint (
                        size INTEGER PRIMARY KEY CHECK (size > 0),
                        note BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE latest_checkpoint (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        note BLOB NOT NULL
                    ) STRICT;
                    """)
        ])

    /// A witness's database: its own copy of the leaves, and what it cosigned last.
    ///
    /// `held` says which leaves are stored: those of the tree cosigned last, and those verified since on the way to a larger
    /// one, in which case it is ahead of `cosigned_size`, `tree` is the log's note of that larger one, and `beyond` joins
    /// the leaves to it. `cosigned_edge` is the right edge of the tree cosigned last.
    static let witness = Schema(
        applicationID: 0x5057_4e31,  // "PWN1"
        migrations: [
            Migration(
                "1 copy",
                sql: """
                    CREATE TABLE witness (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        origin TEXT NOT NULL,
                        log_key TEXT NOT NULL,
                        witness_key TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE entry (
                        position INTEGER PRIMARY KEY CHECK (position >= 0),
                        leaf BLOB NOT NULL CHECK (length(leaf) <= 65535)
                    ) STRICT;
                    CREATE TABLE cosigned (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        note BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE held (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        size INTEGER NOT NULL,
                        root BLOB NOT NULL CHECK (length(root) = 32),
                        cosigned_size INTEGER
                    ) STRICT;
                    CREATE TABLE evidence (
                        id INTEGER PRIMARY KEY,
                        seen_at INTEGER NOT NULL,
                        reason TEXT NOT NULL,
                        text BLOB NOT NULL UNIQUE,
                        checkpoint BLOB NOT NULL,
                        previous BLOB,
                        proof BLOB NOT NULL,
                        position INTEGER,
                        leaf BLOB
                    ) STRICT;
                    """),
            // Evidence is in files since, and the table stays for what was kept before.
            Migration(
                "2 held tree",
                sql: """
                    ALTER TABLE held ADD COLUMN tree BLOB;
                    ALTER TABLE held ADD COLUMN beyond BLOB;
                    """),
            Migration("3 cosigned edge", sql: "ALTER TABLE held ADD COLUMN cosigned_edge BLOB;"),
        ])
}
