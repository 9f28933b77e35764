import CSQLite
import Database

/// Answers SQLite's question, while it prepares a statement, whether the statement may do what it
/// does (sqlite3_set_authorizer): SELECT and reading what is granted; no function, no PRAGMA, no
/// ATTACH, no transaction, no change.
final class SQLiteAuthorizer {
    private let grant: ReadGrant

    init(_ grant: ReadGrant) {
        self.grant = grant
    }

    /// From now on, for the life of the handle, which this object must outlive.
    func watch(_ handle: OpaquePointer) {
        let code = sqlite3_set_authorizer(
            handle,
            { context, action, table, column, _, source in
                guard let context else { return SQLITE_DENY }
                let authorizer = Unmanaged<SQLiteAuthorizer>.fromOpaque(context).takeUnretainedValue()
                return authorizer.allows(action, table, column, source) ? SQLITE_OK : SQLITE_DENY
            }, Unmanaged.passUnretained(self).toOpaque())
        precondition(code == SQLITE_OK, "SQLite takes no authorizer")
    }

    private func allows(
        _ action: Int32, _ table: UnsafePointer<CChar>?, _ column: UnsafePointer<CChar>?,
        _ source: UnsafePointer<CChar>?
    ) -> Bool {
        switch action {
        case SQLITE_SELECT: return true
        case SQLITE_READ:
            guard let table, let column else { return false }
            return grant.allows(
                String(cString: column), of: String(cString: table), for: source.map { String(cString: $0) })
        default: return false
        }
    }
}
