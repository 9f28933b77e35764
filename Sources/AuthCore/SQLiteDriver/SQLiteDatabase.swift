public import Database

/// The store in a SQLite file: one connection, for one thread, opened at first use.
///
/// The file is created by `createFile(at:)` and nowhere else. When it is gone, or another file has
/// its name, that is noticed before and after each statement or transaction and is `.unavailable`:
/// nothing is read from, and nothing acknowledged into, a file that no longer has the name. The
/// next use opens what the name stands for then.
public final class SQLiteDatabase: Database {
    /// What must hold of a freshly opened store, such as its schema being there.
    public typealias Requirement = (SQLiteDatabase) throws(StoreError) -> Void

    private let path: String?
    private let busyTimeout: Duration
    private let cache: SQLiteCache
    private let grant: ReadGrant?
    private let requirement: Requirement
    private var connection: SQLiteConnection?

    /// - Parameters:
    ///   - path: of a file that exists by the time of first use.
    ///   - busyTimeout: how long a statement waits for another process's write before `.unavailable`.
    ///   - cache: how much of the file is kept in memory.
    ///   - requirement: checked each time the file is opened; when it throws, nothing else is run.
    public init(
        path: String, busyTimeout: Duration = .seconds(2), cache: SQLiteCache = .few,
        requirement: @escaping Requirement = { (_) throws(StoreError) in }
    ) {
        self.path = path
        self.busyTimeout = busyTimeout
        self.cache = cache
        self.requirement = requirement
        grant = nil
    }

    /// A connection that can read what it is granted and do nothing else: SQLite opens the file for
    /// reading and refuses every other statement while it prepares it.
    /// - Parameters:
    ///   - path: of a file that exists by the time of first use.
    ///   - busyTimeout: how long a read waits in the rare moments when a writer keeps readers out.
    public init(path: String, reading grant: ReadGrant, busyTimeout: Duration) {
        self.path = path
        self.busyTimeout = busyTimeout
        cache = .few
        self.grant = grant
        requirement = { (_) throws(StoreError) in }
    }

    /// A store that lives and dies with this object.
    public init(inMemory: Void = ()) {
        path = nil
        busyTimeout = .zero
        cache = .few
        grant = nil
        requirement = { (_) throws(StoreError) in }
    }

    /// Makes an empty store file, mode 0660, when there is none; returns true when it did. For
    /// start-up and the admin's command only: a store that vanished later must not be made anew.
    @discardableResult
    public static func createFile(at path: String) throws(StoreError) -> Bool {
        try StoreFile.create(path)
    }

    public func query(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> [Row] {
        try use { (connection) throws(StoreError) in try connection.run(sql, values) }
    }

    @discardableResult
    public func execute(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
        try use { (connection) throws(StoreError) in
            _ = try connection.run(sql, values)
            return connection.changes
        }
    }

    /// BEGIN IMMEDIATE: the right to write is had before anything is read, so that what `body`
    /// reads stays true until the commit.
    public func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try use { (connection) throws(StoreError) in
            guard !connection.isInTransaction else { throw .unexpected("transactions do not nest") }
            _ = try connection.run("BEGIN IMMEDIATE")
            // There is a log from here on: one that is lost by the time of the commit is missed then.
            if let path, connection.log == nil { connection.log = try? FileIdentity(path: path + "-wal") }
            transacting = true
            defer { transacting = false }
            do throws(StoreError) {
                let result = try body()
                try requireOpenTransaction(connection)
                _ = try connection.run("COMMIT")
                return result
            } catch {
                if connection.isInTransaction { _ = try? connection.run("ROLLBACK") }
                if connection.isInTransaction { self.connection = nil }
                throw error
            }
        }
    }

    private var transacting = false

    /// Lends the connection; in a transaction without looking at the file again.
    private func use<Result>(
        _ body: (SQLiteConnection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        if transacting, let connection {
            try requireOpenTransaction(connection)
            return try body(connection)
        }
        let connection = try ready()
        defer { if connection.isBroken { self.connection = nil } }
        let result = try body(connection)
        try requireInPlace(connection)
        return result
    }

    /// SQLite ends a transaction by itself on some failures; what follows must not run outside it.
    private func requireOpenTransaction(_ connection: SQLiteConnection) throws(StoreError) {
        guard connection.isInTransaction else { throw .unavailable("the transaction was rolled back") }
    }

    private func ready() throws(StoreError) -> SQLiteConnection {
        if let connection {
            try requireInPlace(connection)
            return connection
        }
        let opened = try SQLiteConnection(path: path, busyTimeout: busyTimeout, cache: cache, grant: grant)
        connection = opened
        do throws(StoreError) {
            try requirement(self)
        } catch {
            connection = nil
            throw error
        }
        return opened
    }

    /// What is committed stands in the write-ahead log first: in one that has lost its name it would be
    /// lost to all who open the store later. It is there as long as this connection has read anything.
    private func requireLog(_ connection: SQLiteConnection, _ path: String) throws(StoreError) {
        guard let log = connection.log else {
            connection.log = try? FileIdentity(path: path)
            return
        }
        guard try FileIdentity(path: path) == log else { throw .unavailable("the write-ahead log was replaced") }
    }

    private func requireInPlace(_ connection: SQLiteConnection) throws(StoreError) {
        guard let path, let file = connection.file else { return }
        do throws(StoreError) {
            guard try FileIdentity(path: path) == file else { throw .unavailable("the file was replaced") }
            try requireLog(connection, path + "-wal")
        } catch {
            self.connection = nil
            throw error
        }
    }
}
