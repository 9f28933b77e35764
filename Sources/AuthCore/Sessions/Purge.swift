import Database
import Identity

/// Removes rows that are of no more use, a few whenever new ones are written, so that no timer is
/// needed. In the caller's transaction, so that it costs no commit of its own; a purge that fails undoes
/// only itself, and the next one tries again.
enum Purge {
    /// At most this many rows at a time, more than one call adds.
    private static let limit: Int64 = 16

    /// Sessions are kept a day after their end, to tell a token of theirs from an unknown one.
    static func sessions(in database: any Database, at now: Timestamp) throws(StoreError) {
        try purge("sessions", key: "id", whose: "ends_at", isBefore: now - .seconds(86_400), in: database)
    }

    static func accessIDs(in database: any Database, at now: Timestamp) throws(StoreError) {
        try purge("access_ids", key: "hash", whose: "expires_at", isBefore: now, in: database)
    }

    static func revocations(in database: any Database, at now: Timestamp) throws(StoreError) {
        // Both kinds by name, so that the primary key serves: not all that has ended is looked at.
        try purge("revocations", if: "kind IN (1, 2)", key: "subject", whose: "expires_at", isBefore: now, in: database)
    }

    /// Looks first: mostly there is nothing. What is deleted is found by its key.
    private static func purge(
        _ table: String, if condition: String = "1 = 1", key: String, whose column: String, isBefore time: Timestamp,
        in database: any Database
    ) throws(StoreError) {
        let old = "SELECT \(key) FROM \(table) WHERE \(column) < $1 ORDER BY \(column) LIMIT $2"
        let values: [SQLValue] = [.integer(time.milliseconds), .integer(limit)]
        try database.attempt { () throws(StoreError) in
            guard try !database.query(old, values).isEmpty else { return }
            try database.execute(
                "DELETE FROM \(table) WHERE \(condition) AND \(key) IN (\(old)) AND \(column) < $1", values)
        }
    }
}
