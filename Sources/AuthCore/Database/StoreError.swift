/// Why the store did not do what was asked. Holds a short reason for the log; never a value that
/// was bound to a statement, so no name, digest or address can reach a log line through it.
public enum StoreError: Error, Equatable, Sendable {
    /// Busy past the timeout, missing, replaced, full, unreadable, damaged or without its schema. Answer 503.
    case unavailable(String)
    /// A UNIQUE, NOT NULL, CHECK or FOREIGN KEY rule refused the change.
    case constraint(String)
    /// A stored value or a statement is not what this version knows. Answer 503 as well.
    case unexpected(String)
    /// The store was migrated by a newer version; this one must not touch it.
    case schemaTooNew(found: Int64, known: Int64)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unavailable(let reason): "store unavailable: \(reason)"
        case .constraint(let reason): "store refused the change: \(reason)"
        case .unexpected(let reason): "unexpected in the store: \(reason)"
        case .schemaTooNew(let found, let known): "store has schema \(found), this program knows \(known)"
        }
    }
}
