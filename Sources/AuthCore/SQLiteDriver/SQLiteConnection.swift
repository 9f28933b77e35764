import CSQLite
import Database

/// One open SQLite handle with its prepared statements. Used by one thread; closes in `deinit`.
final class SQLiteConnection {
    private let handle: OpaquePointer
    /// Asked by SQLite about each statement; it must outlive the handle.
    private let authorizer: SQLiteAuthorizer?
    private var statements: [String: SQLiteStatement] = [:]
    /// The file this handle has open; nil in memory.
    let file: FileIdentity?
    /// Its write-ahead log, once there is one.
    var log: FileIdentity?
    /// Set by a failure after which the handle must not be used again.
    private(set) var isBroken = false

    /// Opens an existing file, which SQLite never creates here; `path` nil is a database in memory.
    /// - Parameter grant: what alone may be read, and then nothing is written; nil for everything.
    init(
        path: String?, busyTimeout: Duration, cache: SQLiteCache, grant: ReadGrant? = nil
    ) throws(StoreError) {
        file = try path.map(FileIdentity.init(path:))
        let mode = grant == nil ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        let flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path ?? ":memory:", &opened, path == nil ? flags | SQLITE_OPEN_CREATE : flags, nil)
        // "Whether or not an error occurs when it is opened, resources associated with the database
        // connection handle should be released by passing it to sqlite3_close()".
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw SQLiteFailure(code: code).error
        }
        handle = opened
        authorizer = grant.map(SQLiteAuthorizer.init)
        let milliseconds =
            busyTimeout.components.seconds * 1000 + busyTimeout.components.attoseconds / 1_000_000_000_000_000
        sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
        try requireSameFile(path)
        if let authorizer {
            try configureForReading()
            authorizer.watch(handle)
        } else {
            try requireWritable()
            try configure(isFile: path != nil, busyTimeout: busyTimeout, cache: cache)
        }
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// True between BEGIN and COMMIT or ROLLBACK; SQLite itself rolls back on some failures.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    func run(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) -> [Row] {
        let statement = try statement(sql)
        do throws(StatementFailure) {
            return try statement.run(values)
        } catch {
            switch error {
            case .value(let reason): throw .unexpected(reason)
            case .sqlite(let failure):
                isBroken = isBroken || failure.needsReopening
                throw failure.error
            }
        }
    }

    private func statement(_ sql: String) throws(StoreError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else {
            let failure = SQLiteFailure(code: code)
            isBroken = isBroken || failure.needsReopening
            // The SQL is ours, so what it can't name is a schema that is not there.
            throw code == SQLITE_ERROR
                ? .unavailable("schema: \(String(cString: sqlite3_errmsg(handle)))") : failure.error
        }
        guard let statement = SQLiteStatement(takingOwnership: prepared) else {
            throw .unexpected("a parameter that is not numbered")
        }
        statements[sql] = statement
        return statement
    }

    /// SQLite opens for reading where it may not write, and all connections of this process then share
    /// that until the last is closed: one kept open for reading would outlive the trouble.
    private func requireWritable() throws(StoreError) {
        guard sqlite3_db_readonly(handle, "main") == 0 else { throw SQLiteFailure(code: SQLITE_READONLY).error }
    }

    /// The name may have been given to another file between looking and opening.
    private func requireSameFile(_ path: String?) throws(StoreError) {
        guard let path, let file else { return }
        var hasMoved: Int32 = 1
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved) == SQLITE_OK, hasMoved == 0,
            try FileIdentity(path: path) == file
        else { throw .unavailable("the file was replaced while it was opened") }
    }

    private func configure(isFile: Bool, busyTimeout: Duration, cache: SQLiteCache) throws(StoreError) {
        for pragma in Self.caution + Self.pragmas { _ = try run(pragma) }
        _ = try run("PRAGMA cache_size = -\(cache.kibibytes)")
        if isFile { try useWriteAheadLog(busyTimeout) }
        // FULL: a commit returns after fsync, so what was acknowledged survives a power cut.
        _ = try run("PRAGMA synchronous = FULL")
        statements.removeAll()
    }

    private func configureForReading() throws(StoreError) {
        for pragma in Self.caution + ["PRAGMA query_only = ON"] { _ = try run(pragma) }
        statements.removeAll()
    }

    /// A file that somebody has tampered with runs nothing, and keeps nothing on disk elsewhere.
    private static let caution = [
        "PRAGMA trusted_schema = OFF",
        "PRAGMA cell_size_check = ON",
        "PRAGMA temp_store = MEMORY",
    ]

    private static let pragmas = [
        "PRAGMA foreign_keys = ON",
        // Given back after a checkpoint: 8 MiB of log stay at most.
        "PRAGMA journal_size_limit = 8388608",
    ]

    /// Changing the mode needs the file alone and does not wait by itself, so programs that start
    /// together take turns here.
    private func useWriteAheadLog(_ patience: Duration) throws(StoreError) {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while true {
            do throws(StoreError) {
                if try journalMode("PRAGMA journal_mode") == "wal" { return }
                guard try journalMode("PRAGMA journal_mode = WAL") == "wal" else {
                    throw .unexpected("no write-ahead log on this file system")
                }
                return
            } catch {
                guard error == SQLiteFailure(code: SQLITE_BUSY).error, clock.now < deadline else { throw error }
                sqlite3_sleep(5)
            }
        }
    }

    private func journalMode(_ pragma: String) throws(StoreError) -> String {
        try run(pragma).first?.text("journal_mode") ?? ""
    }
}
