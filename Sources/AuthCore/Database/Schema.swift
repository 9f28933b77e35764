/// One numbered step of the schema. A step that was released never changes; the next one follows it.
public struct Migration: Sendable {
    public let version: Int64
    public let statements: [String]

    public init(version: Int64, statements: [String]) {
        self.version = version
        self.statements = statements
    }
}

/// The tables, in SQL that SQLite and PostgreSQL both run. Ids are UUID text, times are
/// milliseconds since 1970 UTC. No table ever holds a password or a token: a password's digest, of
/// a refresh token only the session's id and generation, of an access id its hash.
public enum Schema {
    /// In rising order of version.
    public static let migrations = [
        Migration(version: 1, statements: [accounts] + sessions + revocations + attempts),
        Migration(version: 2, statements: throttling),
        Migration(version: 3, statements: skeletons),
        Migration(version: 4, statements: accessIDs),
        Migration(version: 5, statements: draws),
    ]

    private static let accounts = """
        CREATE TABLE accounts (
            id TEXT NOT NULL PRIMARY KEY,
            username TEXT NOT NULL UNIQUE,
            email TEXT,
            roles TEXT NOT NULL,
            digest TEXT,
            password_version BIGINT NOT NULL,
            epoch BIGINT NOT NULL,
            disabled_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )
        """

    /// What look-alike names share; NULL where it has not been worked out.
    private static let skeletons = [
        "ALTER TABLE accounts ADD COLUMN skeleton TEXT",
        "CREATE UNIQUE INDEX accounts_by_skeleton ON accounts (skeleton)",
    ]

    /// The random end of the id, by which an account is drawn.
    private static let draws = ["CREATE INDEX accounts_by_draw ON accounts (substr(id, 25))"]

    private static let sessions = [
        """
        CREATE TABLE sessions (
            id TEXT NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            generation BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            rotated_at BIGINT NOT NULL,
            last_used_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            ends_at BIGINT NOT NULL,
            remember SMALLINT NOT NULL,
            delivery TEXT NOT NULL,
            address TEXT NOT NULL,
            user_agent TEXT NOT NULL,
            revoked_at BIGINT,
            revoked_reason TEXT
        )
        """,
        "CREATE INDEX sessions_by_account ON sessions (account_id)",
        "CREATE INDEX sessions_by_end ON sessions (ends_at)",
    ]

    /// What the journal must hold, so that it can be rebuilt: kind 1 is a session, 2 an account.
    private static let revocations = [
        """
        CREATE TABLE revocations (
            kind SMALLINT NOT NULL,
            subject TEXT NOT NULL,
            minimum_epoch BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            PRIMARY KEY (kind, subject, minimum_epoch)
        )
        """,
        "CREATE INDEX revocations_by_expiry ON revocations (expires_at)",
    ]

    private static let attempts = [
        """
        CREATE TABLE attempts (
            subject TEXT NOT NULL PRIMARY KEY,
            failures BIGINT NOT NULL,
            last_failed_at BIGINT NOT NULL,
            blocked_until BIGINT NOT NULL
        )
        """,
        "CREATE INDEX attempts_by_time ON attempts (last_failed_at)",
    ]

    /// Failures by subject, where version 1 counted by name alone. What it had counted is dropped: at
    /// the update everybody may try again.
    private static let throttling = [
        "DROP TABLE attempts",
        """
        CREATE TABLE attempts (
            subject TEXT NOT NULL PRIMARY KEY,
            failures BIGINT NOT NULL,
            blocked_until BIGINT NOT NULL,
            forgotten_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX attempts_by_end ON attempts (forgotten_at)",
    ]
}
