import CLinux
import FastCGIRecords
import Glibc
import HTTP

/// Serves one listening socket until SIGTERM.
///
/// All connections wait in one epoll, so any number of kept connections needs no thread. A request
/// begins only when all of it has arrived: a peer that stalls or sends half of it costs nobody else
/// anything.
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
    private let receiver = Receiver(bodyLimit: maximumBodyBytes)
    private let records = AnswerRecords()
    private let answering: Answering

    private var connections = Connections()
    /// Requests that other threads have.
    private var busy = 0
    private var timed = 0
    private var acceptsAgainAt: Int64?
    private var isDraining = false

    /// Takes over `socket`, which `RequestSource.find` has found.
    ///
    /// - Parameter makeHandler: called on each thread that answers; nil where it can't be made now.
    public convenience init(
        socket: ListeningSocket, concurrency: Concurrency, makeHandler: @escaping @Sendable () -> Handler?
    ) throws(ListenError) {
        try self.init(socket, try Answering(concurrency, makeHandler))
    }

    /// Takes over `socket`; `handler` is asked on the thread that calls `run`.
    public convenience init(
        socket: ListeningSocket, handler: any StepwiseHandler, computing workers: Workers
    ) throws(ListenError) {
        try self.init(socket, try Answering(handler, computing: workers))
    }

    private init(_ socket: ListeningSocket, _ answering: Answering) throws(ListenError) {
        self.socket = socket
        self.answering = answering
        epoll = try Epoll()
        // For the log's sake: a peer that has gone is an error of send(2) anyhow.
        signal(SIGPIPE, SIG_IGN)
        signals = try TerminationSignals.descriptor()
        try epoll.watch(signals)
        try epoll.watch(socket.descriptor)
        if let finished = answering.finished { try epoll.watch(finished) }
    }

    /// Returns when SIGTERM or SIGINT has come and every request in flight has been answered.
    public func run() {
        while !(isDraining && connections.isEmpty && busy == 0) {
            epoll.wait(milliseconds: needsClock ? 100 : -1) { descriptor, peerHasEnded in
                if let connection = connections[descriptor] {
                    look(at: connection, peerHasEnded: peerHasEnded)
                } else if descriptor == socket.descriptor {
                    acceptConnections()
                } else if descriptor == signals {
                    drain()
                } else if descriptor == answering.finished {
                    collect()
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
                add(Connection(takingOwnership: descriptor))
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
        connections[connection.descriptor] = connection
        look(at: connection, peerHasEnded: false)
    }

    /// Arrivals are reported once, so this goes on until there is nothing more.
    ///
    /// - Parameter peerHasEnded: its end may have come together with bytes, and is not reported again.
    private func look(at connection: Connection, peerHasEnded: Bool) {
        while connections[connection.descriptor] === connection {
            switch connection.state {
            case .busy: return
            case .lingering: return receiver.discard(on: connection) ? () : drop(connection)
            case .idle, .partial:
                switch receiver.receive(on: connection) {
                case .nothing: return
                case .closed: return drop(connection)
                case .arrival(let arrival, let bytes, let isDrained):
                    take(arrival, bytes, on: connection)
                    receiver.forget()
                    if isDrained, !peerHasEnded, !isDraining { return }
                }
            }
        }
    }

    private func take(_ arrival: Arrival, _ bytes: UnsafeRawBufferPointer, on connection: Connection) {
        switch arrival {
        case .refused: drop(connection)
        case .incomplete:
            if case .partial = connection.state { return }
            change(connection, to: .partial(since: Self.monotonic()))
        case .complete(let framing), .oversized(let framing):
            if isDraining { connection.refuseFurtherRequests() }
            let isOversized = if case .oversized = arrival { true } else { false }
            let envelope = Envelope(framing, isOversized: isOversized, on: connection)
            // Where it came in pieces, they hold the bytes.
            withExtendedLifetime(connection.gathered) {
                connection.gathered = nil
                answer(CompleteRequest(bytes, framing), bodyLength: framing.bodyLength, envelope, connection)
            }
        }
    }

    private func answer(
        _ received: CompleteRequest, bodyLength: Int, _ envelope: Envelope, _ connection: Connection
    ) {
        if case .stepwise(let handler, _) = answering, !envelope.isOversized {
            var isSent = false
            let isKnown = handler.answerIfKnown(received) {
                isSent = records.send($0, requestID: envelope.requestID, to: connection.descriptor)
            }
            if isKnown { return finish(connection, envelope, isSent: isSent) }
        }
        let request = Request(received, bodyLength: bodyLength, isTooLarge: envelope.isOversized)
        switch answering {
        case .inline(let handler): send(handler(request), envelope, connection)
        case .workers(let pool, let overloaded):
            if pool.submit(Assignment(envelope: envelope, request: request)) {
                handOver(connection)
            } else {
                send(overloaded(request), envelope, connection)
            }
        case .stepwise(let handler, let pool):
            switch handler.begin(request) {
            case .answer(let response): send(response, envelope, connection)
            case .compute(let compute, let answer):
                if pool.submit(Computation(connection: connection.descriptor, compute: compute)) {
                    connection.step = (envelope, answer)
                    handOver(connection)
                } else {
                    send(handler.overloaded(request), envelope, connection)
                }
            }
        }
    }

    private func handOver(_ connection: Connection) {
        change(connection, to: .busy)
        busy += 1
    }

    private func send(_ response: Response, _ envelope: Envelope, _ connection: Connection) {
        finish(connection, envelope, isSent: records.send(response, envelope))
    }

    /// Takes what other threads have done.
    private func collect() {
        switch answering {
        case .inline: break
        case .workers(let pool, _):
            for result in pool.takeResults() {
                resume(result.envelope.connection) { finish($0, result.envelope, isSent: result.isSent) }
            }
        case .stepwise(_, let pool):
            for descriptor in pool.takeResults() {
                resume(descriptor) { connection in
                    guard let step = connection.step else { return }
                    connection.step = nil
                    send(step.answer(), step.envelope, connection)
                }
            }
        }
    }

    private func resume(_ descriptor: Int32, _ end: (Connection) -> Void) {
        busy -= 1
        guard let connection = connections[descriptor] else { return }
        end(connection)
        // What arrived while it was busy, the peer's end too, was not looked at.
        look(at: connection, peerHasEnded: true)
    }

    private func finish(_ connection: Connection, _ envelope: Envelope, isSent: Bool) {
        guard isSent else { return drop(connection) }
        connection.answered += 1
        if envelope.isOversized {
            // Closing with unread bytes would reset the connection and the answer could be lost.
            connection.finishWriting()
            change(connection, to: .lingering(until: Self.monotonic() + Self.lingerLimit))
        } else if envelope.keepsConnection {
            // While draining nothing more can come, but what has come is answered.
            change(connection, to: isDraining ? .partial(since: Self.monotonic()) : .idle)
        } else {
            drop(connection)
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
        for connection in connections.all {
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
        for connection in connections.all {
            switch connection.state {
            case .lingering: continue
            case .busy:
                connection.refuseFurtherRequests()
                continue
            case .idle where connection.answered > 0: connection.refuseFurtherRequests()
            case .idle, .partial: break
            }
            change(connection, to: .partial(since: since))
            look(at: connection, peerHasEnded: false)
        }
    }

    private static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
