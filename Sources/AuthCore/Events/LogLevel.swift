import Logging

/// How much is logged: a level and all above it. The numbers are syslog's (RFC 5424 §6.2.1), which
/// journald reads from the start of each line.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
    /// We failed: somebody must act.
    case error
    /// An attack may be going on, or something is about to fail.
    case warning
    /// Rare and worth keeping: an account or a key was changed.
    case notice
    /// What visitors do: logged in, logged out, refused.
    case info
    /// What is too frequent to keep.
    case debug

    public var severity: Int {
        switch self {
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug: 7
        }
    }

    /// Greater is more important.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.severity > right.severity }

    /// swift-log's level of the same name.
    var logging: Logger.Level {
        switch self {
        case .error: .error
        case .warning: .warning
        case .notice: .notice
        case .info: .info
        case .debug: .debug
        }
    }

    /// The level of a swift-log message, its two further ones folded into their neighbours.
    init(_ level: Logger.Level) {
        switch level {
        case .critical, .error: self = .error
        case .warning: self = .warning
        case .notice: self = .notice
        case .info: self = .info
        case .debug, .trace: self = .debug
        }
    }
}
