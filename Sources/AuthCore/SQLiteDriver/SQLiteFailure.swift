import CSQLite
import Database

/// What one of SQLite's result codes means here. Codes only: SQLite's messages are left out but
/// where they name parts of our own SQL, which holds no values.
struct SQLiteFailure {
    /// The extended result code.
    let code: Int32

    private var primary: Int32 { code & 0xff }

    /// True when the connection can't be trusted to recover, and the next use opens a fresh one.
    var needsReopening: Bool {
        switch primary {
        case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_NOMEM: true
        default: false
        }
    }

    var error: StoreError {
        switch primary {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .unavailable("busy")
        case SQLITE_FULL: .unavailable("disk full")
        case SQLITE_IOERR: .unavailable("input/output error (\(code))")
        case SQLITE_CANTOPEN, SQLITE_PERM: .unavailable("cannot open the file")
        case SQLITE_AUTH: .unexpected("a statement that this program may not run")
        case SQLITE_READONLY: .unavailable("read-only")
        case SQLITE_NOTADB: .unavailable("the file is not a database")
        case SQLITE_CORRUPT: .unavailable("the file is damaged")
        case SQLITE_NOMEM: .unavailable("out of memory")
        case SQLITE_INTERRUPT: .unavailable("interrupted")
        case SQLITE_CONSTRAINT: .constraint(constraint)
        default: .unexpected("SQLite code \(code)")
        }
    }

    private var constraint: String {
        switch code {
        case SQLITE_CONSTRAINT | 8 << 8: "unique"  // SQLITE_CONSTRAINT_UNIQUE
        case SQLITE_CONSTRAINT | 6 << 8: "primary key"  // SQLITE_CONSTRAINT_PRIMARYKEY
        case SQLITE_CONSTRAINT | 5 << 8: "not null"  // SQLITE_CONSTRAINT_NOTNULL
        case SQLITE_CONSTRAINT | 3 << 8: "foreign key"  // SQLITE_CONSTRAINT_FOREIGNKEY
        case SQLITE_CONSTRAINT | 1 << 8: "check"  // SQLITE_CONSTRAINT_CHECK
        default: "code \(code)"
        }
    }
}
