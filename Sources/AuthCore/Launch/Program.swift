public import Events
public import FastCGI
import Glibc
public import Settings
import Synchronization

/// The version of all programs, as the package has it.
public let version = "0.1.0"

/// A program on its way up: arguments, then configuration, then the socket, then requests.
///
/// What is wrong at the start ends the process with one readable message for each mistake:
/// exit status 64 for arguments, 78 for configuration, 1 for the rest (sysexits(3)).
public struct Program {
    public let settings: Settings
    public let log: EventLog
    private let name: String
    private let source: RequestSource

    /// Reads arguments and configuration and finds the socket; does not return where one of them is wrong.
    public static func start(_ name: String) -> Program {
        let arguments = parse(name)
        let settings: Settings
        switch Settings.load(file: arguments.configuration, environment: ProcessEnvironment.variables()) {
        case .success(let loaded): settings = loaded
        case .failure(let mistakes): stop(name, mistakes.messages, status: 78)
        }
        let log = EventLog(program: name, level: settings.logLevel)
        do {
            return Program(
                settings: settings, log: log, name: name, source: try RequestSource.find(path: arguments.socket))
        } catch {
            stop(name, [error.message], status: 1)
        }
    }

    /// Builds what must be there before the first request; ends the process where it can't be.
    public func require<Part>(_ part: () throws -> Part) -> Part {
        Self.require(name, part)
    }

    /// Ends the process as for a mistake in the configuration where it asks for another program.
    public func require(_ isServedHere: Bool, otherwise message: String) {
        if !isServedHere { Self.stop(name, [message], status: 78) }
    }

    private static func require<Part>(_ name: String, _ part: () throws -> Part) -> Part {
        do {
            return try part()
        } catch {
            stop(name, ["\(error)"], status: 1)
        }
    }

    /// Serves until SIGTERM, or once as plain CGI; then ends the process with 0.
    ///
    /// - Parameters:
    ///   - facts: what the log should say of this start.
    ///   - makeHandler: called on each thread that answers. Where it throws before any has been made
    ///     the process ends; later only that thread does, and its request is refused.
    public func serve(
        _ concurrency: Concurrency, facts: KeyValuePairs<String, String> = [:],
        makeHandler: @escaping @Sendable () throws -> Handler
    ) -> Never {
        switch source {
        case .plainCGI: PlainCGI.serve(require(makeHandler))
        case .socket(let socket):
            let handler = Self.startingOnce(name, log, makeHandler)
            run(require { try Server(socket: socket, concurrency: concurrency, makeHandler: handler) }, facts)
        }
        end()
    }

    /// The same for a handler that takes steps, on this thread.
    public func serve(_ handler: any StepwiseHandler, computing workers: Workers) -> Never {
        switch source {
        case .plainCGI: PlainCGI.serve { handler.answerAlone($0) }
        case .socket(let socket):
            run(require { try Server(socket: socket, handler: handler, computing: workers) }, [:])
        }
        end()
    }

    private func run(_ server: Server, _ facts: KeyValuePairs<String, String>) {
        log.record(.started, facts)
        giveBackStartupPages()
        server.run()
        log.record(.stopped)
    }

    private func end() -> Never {
        // Not exit(3): its handlers would take OpenSSL down under workers that are still starting.
        // Nothing is left to be written; what was answered is on disk.
        _exit(0)
    }

    /// What is wrong at the start is the admin's to mend; what goes wrong later may pass.
    private static func startingOnce(
        _ name: String, _ log: EventLog, _ makeHandler: @escaping @Sendable () throws -> Handler
    ) -> @Sendable () -> Handler? {
        let hasStarted = Flag()
        return {
            do {
                let handler = try makeHandler()
                hasStarted.value.store(true, ordering: .relaxed)
                return handler
            } catch {
                guard hasStarted.value.load(ordering: .relaxed) else { stop(name, ["\(error)"], status: 1) }
                log.record(.failed, ["reason": "\(error)"])
                return nil
            }
        }
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    private static func parse(_ name: String) -> Arguments {
        switch Arguments.parse(CommandLine.arguments.dropFirst()) {
        case .success(.serve(let arguments)): return arguments
        case .success(.help): say(Arguments.help(name))
        case .success(.version): say("\(name) \(version)\n")
        case .failure(let error): stop(name, [error.message], status: 64)
        }
    }

    private static func say(_ text: String) -> Never {
        print(text, on: STDOUT_FILENO)
        exit(0)
    }

    private static func stop(_ name: String, _ messages: [String], status: Int32) -> Never {
        // <3> is syslog's "error" where systemd reads standard error, as `EventLog` has it.
        for message in messages { print("<3>\(name): \(message)\n", on: STDERR_FILENO) }
        _exit(status)
    }

    private static func print(_ text: String, on descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}
