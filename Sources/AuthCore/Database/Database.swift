/// One connection to the store, used by one thread. SQL is written once for SQLite and PostgreSQL:
/// parameters $1, $2, …, RETURNING and ON CONFLICT; TEXT, BIGINT and SMALLINT; no function that
/// only one of them has. Conditions that a race could break stand in the statement itself
/// (compare and swap), or behind an UPDATE that locks the row first: PostgreSQL's transactions
/// run side by side, SQLite's one after the other.
public protocol Database: AnyObject {
    /// Runs one statement and returns all its rows; `values[0]` is $1.
    func query(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> [Row]

    /// Runs one statement and returns the number of rows it changed.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int

    /// Runs `body` in one write transaction. When this returns, the changes are on disk; when it
    /// throws, whether from `body` or from the commit, they must be taken as not made. `body` may run
    /// on another thread, while this one waits. Transactions do not nest.
    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result
}

extension Database {
    public func query(_ sql: String) throws(StoreError) -> [Row] { try query(sql, []) }

    @discardableResult
    public func execute(_ sql: String) throws(StoreError) -> Int { try execute(sql, []) }

    /// In a transaction: runs `body`, and takes back what it did, and nothing else, when it throws.
    public func attempt(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try execute("SAVEPOINT attempt")
        do throws(StoreError) {
            try body()
        } catch {
            try execute("ROLLBACK TO SAVEPOINT attempt")
        }
        try execute("RELEASE SAVEPOINT attempt")
    }
}
