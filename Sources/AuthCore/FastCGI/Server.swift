import CFastCGI
import CLinux
import FastCGIRecords
import Glibc
public import HTTP

/// How a program answers.
public enum Concurrency: Sendable {
    /// On the server's own thread, one request after the other: for handlers that never wait.
    case inline
    /// On threads behind a queue; past it `overloaded` is the answer.
    case workers(Workers, overloaded: @Sendable (Request) -> Response)
}

/// Threads that answer requests.
public struct Workers: Sendable {
    /// Those that stay, at least 1.
    public let atRest: Int
    /// With those that are started while none is idle.
    public let atMost: Int
    /// Requests that wait while all of them work.
    public let queue: Int

    public init(atRest: Int, atMost: Int, queue: Int) {
        self.atRest = max(1, atRest)
        self.atMost = max(self.atRest, atMost)
        self.queue = queue
    }
}

/// Serves one listening socket until SIGTERM.
///
/// All connections wait in one epoll, so any number of kept connections needs no thread. A request
/// is looked at with MSG_PEEK and begins only when all of it has arrived: a peer that stalls or
/// sends half of it costs nobody else anything.
public final class Server {
    /// A request that is not complete this long after its first byte is given up.
    private static let partialLimit: Int64 = 10_000  // milliseconds
    /// At the end a connection that has not carried a whole request may still bring one for this long.
    private static let drainLimit: Int64 = 1_000  // milliseconds
    /// The rest of an oversized body is thrown away for this long.
    private static let lingerLimit: Int64 = 2_000  // milliseconds
    /// Without a free descriptor no connection is accepted for this long.
    private static let acceptPause: Int64 = 100  // milliseconds

    private let socket: ListeningSocket
    private let epoll: Epoll
    private let signals: Int32
    private let peek = PeekBuffer(bodyLimit: maximumBodyBytes)
    private let responder = Responder()
    private let inlineHandler: Handler
    private let pool: WorkerPool?

    private var connections: [Int32: Connection] = [:]
    private var serial: UInt64 = 0
    private var busy = 0
    private var timed = 0
    private var acceptsAgainAt: Int64?
    private var isDraining = false

    /// Takes over `socket`, which `RequestSource.find` has found.
    ///
    /// - Parameter makeHandler: called on each thread that answers; nil where it can't be made now.
    public init(
        socket: ListeningSocket, concurrency: Concurrency, makeHandler: @escaping @Sendable () -> Handler?
    ) throws(ListenError) {
        self.socket = socket
        epoll = try Epoll()
        signals = try TerminationSignals.descriptor()
        FCGX_Init()
        signal(SIGPIPE, SIG_IGN)
        switch concurrency {
        case .inline:
            guard let handler = makeHandler() else { throw .system(call: "handler", errno: ENOEXEC) }
            inlineHandler = handler
            pool = nil
        case .workers(let workers, let overloaded):
            inlineHandler = overloaded
            pool = try WorkerPool(workers, overloaded: overloaded, makeHandler: makeHandler)
        }
        try epoll.watch(signals)
        try epoll.watch(socket.descriptor)
        if let pool { try epoll.watch(pool.finished) }
    }

    /// Returns when SIGTERM or SIGINT has come and every request in flight has been answered.
    public func run() {
        while !(isDraining && connections.isEmpty && busy == 0) {
            epoll.wait(milliseconds: needsClock ? 100 : -1) { descriptor in
                switch descriptor {
                case socket.descriptor: acceptConnections()
                case signals: drain()
                case pool?.finished: collect()
                default: if let connection = connections[descriptor] { look(at: connection) }
                }
            }
            if needsClock { expire(now: Self.monotonic()) }
        }
    }

    private var needsClock: Bool { timed > 0 || acceptsAgainAt != nil || isDraining }

    // MARK: Connections

    private func acceptConnections() {
        while true {
            do {
                guard let descriptor = try socket.accept() else { return }
                serial += 1
                add(Connection(takingOwnership: descriptor, serial: serial))
            } catch {
                // No descriptors left: those open go on, new ones wait in the socket's queue.
                epoll.forget(socket.descriptor)
                acceptsAgainAt = Self.monotonic() + Self.acceptPause
                return
            }
        }
    }

    private func add(_ connection: Connection) {
        guard (try? epoll.watchArrivals(connection.descriptor)) != nil else { return }
        // A descriptor that libfcgi closed can come back before its worker has reported.
        connections[connection.descriptor]?.abandon()
        connections[connection.descriptor] = connection
        look(at: connection)
    }

    /// Arrivals are reported once, so this goes on until there is nothing more: bytes and the peer's
    /// end may have come together, and a connection would be kept for a peer that has gone.
    private func look(at connection: Connection) {
        while connections[connection.descriptor] === connection {
            switch connection.state {
            case .busy: return
            case .lingering: return connection.discardInput(using: peek.memory) ? () : drop(connection)
            case .idle, .partial:
                switch peek.look(at: connection) {
                case .nothing: return
                case .closed: return drop(connection)
                case .arrival(let arrival): take(arrival, on: connection)
                }
            }
        }
    }

    private func take(_ arrival: Arrival, on connection: Connection) {
        switch arrival {
        case .refused: drop(connection)
        case .incomplete:
            if case .partial = connection.state { return }
            change(connection, to: .partial(since: Self.monotonic()))
        case .complete, .oversized:
            guard let pool else { return answerInline(arrival, connection) }
            change(connection, to: .busy)
            let job = WorkerPool.Job(connection: connection.name, arrival: arrival, gathered: connection.gathered)
            if pool.submit(job) {
                connection.gathered = nil
                busy += 1
            } else {
                answerInline(arrival, connection)
            }
        }
    }

    private func answerInline(_ arrival: Arrival, _ connection: Connection) {
        let isOpen = responder.answer(on: connection.descriptor, arrival, connection.gathered, inlineHandler)
        connection.gathered = nil
        finish(connection, arrival, isOpen: isOpen)
    }

    private func collect() {
        guard let pool else { return }
        for result in pool.takeResults() {
            busy -= 1
            let descriptor = result.connection.descriptor
            guard let connection = connections[descriptor], connection.name == result.connection else { continue }
            finish(connection, result.arrival, isOpen: result.isOpen)
            // What arrived while it was busy was not reported.
            if connections[descriptor] === connection { look(at: connection) }
        }
    }

    private func finish(_ connection: Connection, _ arrival: Arrival, isOpen: Bool) {
        guard isOpen else {
            connection.abandon()
            return drop(connection)
        }
        connection.answered += 1
        switch arrival {
        case .complete(let framing) where framing.keepsConnection && !isDraining: change(connection, to: .idle)
        case .oversized:
            // Closing with unread bytes would reset the connection and the answer could be lost.
            connection.finishWriting()
            change(connection, to: .lingering(until: Self.monotonic() + Self.lingerLimit))
        default: drop(connection)
        }
    }

    private func drop(_ connection: Connection) {
        change(connection, to: .idle)
        connections[connection.descriptor] = nil
    }

    private func change(_ connection: Connection, to state: Connection.State) {
        timed += state.isTimed ? 1 : 0
        timed -= connection.state.isTimed ? 1 : 0
        connection.state = state
    }

    // MARK: Time and end

    private func expire(now: Int64) {
        if let moment = acceptsAgainAt, now >= moment {
            acceptsAgainAt = nil
            if !isDraining { try? epoll.watch(socket.descriptor) }
        }
        for connection in connections.values {
            switch connection.state {
            case .partial(let since) where now - since > Self.partialLimit: drop(connection)
            case .lingering(let until) where now > until: drop(connection)
            default: break
            }
        }
    }

    /// Takes no new connections, answers what is here, and closes what is idle without losing a request.
    private func drain() {
        var info = signalfd_siginfo()
        read(signals, &info, MemoryLayout<signalfd_siginfo>.size)
        guard !isDraining else { return }
        socket.retire()
        // Connections that wait at an inherited socket are the next process's; ours are all.
        if !socket.isInherited { acceptConnections() }
        epoll.forget(socket.descriptor)
        acceptsAgainAt = nil
        isDraining = true
        let since = Self.monotonic() - Self.partialLimit + Self.drainLimit
        for connection in connections.values {
            switch connection.state {
            case .busy, .lingering: continue
            case .idle where connection.answered > 0: connection.refuseFurtherRequests()
            case .idle, .partial: break
            }
            change(connection, to: .partial(since: since))
            look(at: connection)
        }
    }

    private static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
