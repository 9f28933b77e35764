import CLinux
import FastCGIRecords
import Glibc
import HTTP
import Synchronization

/// Threads that answer requests, and the bounded queue in front of them.
///
/// The queue is a mutex around an array and an eventfd that counts its entries, so a worker sleeps
/// in read(2) and the server's thread never waits.
final class WorkerPool: Sendable {
    struct Job: Sendable {
        let connection: Connection.Name
        let arrival: Arrival
        let gathered: GatheredBytes?
    }

    struct Result: Sendable {
        let connection: Connection.Name
        let arrival: Arrival
        let isOpen: Bool
    }

    private struct State {
        var jobs: [Job] = []
        var results: [Result] = []
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let waiting: Int32
    /// Readable when results can be taken.
    let finished: Int32

    /// Starts `threads` workers, each with a handler of its own.
    init(threads: Int, queue: Int, makeHandler: @escaping @Sendable () -> Handler) throws(ListenError) {
        capacity = queue
        waiting = eventfd(0, Int32(EFD_SEMAPHORE | EFD_CLOEXEC))
        finished = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard waiting >= 0, finished >= 0 else { throw .system(call: "eventfd", errno: errno) }
        for _ in 0..<threads {
            try startThread { self.work(makeHandler()) }
        }
    }

    /// False when the queue is full: nothing was taken.
    func submit(_ job: Job) -> Bool {
        let accepted = state.withLock { state in
            guard state.jobs.count < capacity else { return false }
            state.jobs.append(job)
            return true
        }
        if accepted { eventfd_write(waiting, 1) }
        return accepted
    }

    func takeResults() -> [Result] {
        var count: eventfd_t = 0
        eventfd_read(finished, &count)
        return state.withLock { state in
            defer { state.results = [] }
            return state.results
        }
    }

    private func work(_ handler: Handler) {
        let responder = Responder()
        while true {
            let job = next()
            let isOpen = responder.answer(on: job.connection.descriptor, job.arrival, job.gathered, handler)
            let result = Result(connection: job.connection, arrival: job.arrival, isOpen: isOpen)
            state.withLock { $0.results.append(result) }
            eventfd_write(finished, 1)
        }
    }

    private func next() -> Job {
        var count: eventfd_t = 0
        while eventfd_read(waiting, &count) != 0 {}
        return state.withLock { $0.jobs.removeFirst() }
    }
}

/// Runs `body` on a thread of its own, which lives as long as the process.
private func startThread(_ body: @escaping @Sendable () -> Void) throws(ListenError) {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(body))
    let code = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, start.toOpaque())
    guard code == 0 else {
        start.release()
        throw .system(call: "pthread_create", errno: code)
    }
    pthread_detach(thread)
}
