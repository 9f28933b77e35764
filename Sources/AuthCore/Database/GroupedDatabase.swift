/// The store as one thread has it whose transactions are committed with those of other threads: it reads
/// on a connection of its own, and writes through the group's.
public final class GroupedDatabase: Database {
    private let reads: any Database
    private let commits: GroupCommit
    /// The group's connection, while this thread's work runs on it.
    private var group: (any Database)?

    /// - Parameter reads: used by this thread alone, for queries outside transactions.
    public init(reads: any Database, commits: GroupCommit) {
        self.reads = reads
        self.commits = commits
    }

    public func query(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> [Row] {
        try (group ?? reads).query(sql, values)
    }

    @discardableResult
    public func execute(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
        if let group { return try group.execute(sql, values) }
        return try transaction { () throws(StoreError) in try execute(sql, values) }
    }

    public func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        guard group == nil else { throw .unexpected("transactions do not nest") }
        var result: Result?
        // It does not escape: when `run` has returned nobody calls it any more.
        try withoutActuallyEscaping(body) { (body) throws(StoreError) in
            try commits.run { (database) throws(StoreError) in
                self.group = database
                defer { self.group = nil }
                result = try body()
            }
        }
        guard let result else { throw .unexpected("no result of a transaction") }
        return result
    }
}
