import Database
import Synchronization

/// A store that counts how often it is asked.
final class CountedQueries: Database {
    private let database: any Database
    private let count: Counter

    final class Counter: Sendable {
        private let queries = Atomic(0)
        var value: Int { queries.load(ordering: .relaxed) }
        fileprivate func add() { queries.add(1, ordering: .relaxed) }
    }

    init(_ database: any Database, _ count: Counter) {
        self.database = database
        self.count = count
    }

    func query(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> [Row] {
        count.add()
        return try database.query(sql, values)
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int { try database.execute(sql, values) }

    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try database.transaction(body)
    }
}
