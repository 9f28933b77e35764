/// Brings a store to the schema this version knows, and tells whether it is there.
public struct Migrator {
    private let migrations: [Migration]

    public init(_ migrations: [Migration] = Schema.migrations) {
        precondition(zip(migrations, migrations.dropFirst()).allSatisfy { $0.version < $1.version })
        self.migrations = migrations
    }

    /// The newest version this program knows.
    public var known: Int64 { migrations.last?.version ?? 0 }

    /// Applies what is missing, all of it in one transaction, and returns the versions applied.
    /// Programs that start together do this one after the other, and all but the first find it done.
    /// - Parameter now: milliseconds since 1970 UTC.
    /// - Throws: `.schemaTooNew` without a change when a newer version was here before.
    @discardableResult
    public func migrate(_ database: some Database, at now: Int64) throws(StoreError) -> [Int64] {
        try database.transaction { () throws(StoreError) in
            try database.execute(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    version BIGINT NOT NULL PRIMARY KEY,
                    applied_at BIGINT NOT NULL
                )
                """)
            let found = try version(of: database)
            var applied: [Int64] = []
            for migration in migrations where migration.version > found {
                for statement in migration.statements {
                    try database.execute(statement)
                }
                try database.execute(
                    "INSERT INTO schema_migrations (version, applied_at) VALUES ($1, $2)",
                    [.integer(migration.version), .integer(now)])
                applied.append(migration.version)
            }
            return applied
        }
    }

    /// Returns when the store has exactly the schema this version knows.
    /// - Throws: `.unavailable` when it has none or an older one, `.schemaTooNew` when a newer one.
    public func requireCurrent(_ database: some Database) throws(StoreError) {
        guard try version(of: database) == known else {
            throw .unavailable("schema is older than this program; run fcgi-authctl migrate")
        }
    }

    /// Whether some version is known to have been applied, however old.
    public func hasSchema(_ database: some Database) -> Bool { ((try? version(of: database)) ?? 0) > 0 }

    /// 0 when nothing was applied yet.
    private func version(of database: some Database) throws(StoreError) -> Int64 {
        let rows = try database.query("SELECT MAX(version) AS version FROM schema_migrations")
        let found = try rows.first?.optionalInteger("version") ?? 0
        guard found <= known else { throw .schemaTooNew(found: found, known: known) }
        return found
    }
}
