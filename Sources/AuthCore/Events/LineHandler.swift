import Glibc
import Identity
import Logging

/// Writes what swift-log hands it as one line in one `write(2)`, so that lines of several threads and
/// programs never mix.
struct LineHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    let program: String
    /// Standard error, or a pipe of a test.
    let descriptor: Int32
    let clock: WallClock

    /// The order of the fields every line may have; the others follow by name.
    static let leadingKeys = ["request_id", "user_id", "session_id", "address"]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = LogLine(
            severity: LogLevel(event.level).severity, time: clock().iso8601(), program: program,
            event: event.message.description)
        let fields = metadata.merging(event.metadata ?? [:]) { _, given in given }
        let others = fields.keys.filter { !Self.leadingKeys.contains($0) }.sorted()
        for key in Self.leadingKeys + others {
            if let value = fields[key] { line.add(key, value.description) }
        }
        write(line.finished())
    }

    /// A log that can't be written must not stop a request: any error but an interruption is let go.
    private func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            while Glibc.write(descriptor, bytes.baseAddress, bytes.count) < 0 && errno == EINTR {}
        }
    }
}
