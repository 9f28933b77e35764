public import Identity
import Logging

/// The log of one program: what happened, to whom, in which request.
///
/// A line names a user by id and never holds a password, a token, a cookie or a body; what came from
/// outside is escaped. An event below the level costs one comparison.
public struct EventLog: Sendable {
    private let logger: Logger
    private let level: LogLevel

    /// - Parameters:
    ///   - program: the name at the start of each line, `fcgi-auth-login`.
    ///   - level: events less important than this are not written.
    ///   - descriptor: where lines go; standard error, which systemd hands to the journal.
    ///   - clock: the time of each line.
    public init(
        program: String, level: LogLevel, descriptor: Int32 = 2, clock: @escaping WallClock = { Timestamp.now() }
    ) {
        let handler = LineHandler(logLevel: level.logging, program: program, descriptor: descriptor, clock: clock)
        logger = Logger(label: program, factory: { _ in handler })
        self.level = level
    }

    /// Writes the event, if its level is wanted.
    ///
    /// - Parameters:
    ///   - request: nginx's id of the request, which the answer carries too.
    ///   - address: of the client, in its canonical form.
    ///   - extra: further fields; evaluated only when the line is written.
    public func record(
        _ event: Event, request: String? = nil, account: AccountID? = nil, session: SessionID? = nil,
        address: String? = nil, _ extra: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) {
        guard event.level >= level else { return }
        var metadata: Logger.Metadata = [:]
        for (key, value) in extra() { metadata[key] = .string(value) }
        if let request { metadata["request_id"] = .string(request) }
        if let account { metadata["user_id"] = .string(account.description) }
        if let session { metadata["session_id"] = .string(session.description) }
        if let address { metadata["address"] = .string(address) }
        logger.log(level: event.level.logging, "\(event.rawValue)", metadata: metadata)
    }
}
