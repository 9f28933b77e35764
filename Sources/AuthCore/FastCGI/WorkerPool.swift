import CLinux
import Glibc
import Synchronization
import Threads

/// Threads that do jobs, and the bounded queue in front of them.
///
/// A few threads stay; others come when a job finds none idle, and end when they have been idle for a
/// while: a program at rest takes no more memory for all it can do at once. While there is more to do than
/// threads, a job and its result cost no system call; the server's thread never waits.
final class WorkerPool<Job: Sendable, Result: Sendable>: Sendable {
    typealias Work = (Job) -> Result

    fileprivate struct State {
        var jobs = FirstInFirstOut<Job>()
        var results: [Result] = []
        var threads = 0
        /// Threads with nothing to do: each will look at the queue.
        var idle = 0
    }

    private let state = Mutex(State())
    private let workers: Workers
    private let makeWork: @Sendable () -> Work?
    private let refuse: @Sendable (Job) -> Result
    /// Counts the jobs.
    private let waiting = Semaphore()
    /// Readable when results can be taken.
    let finished: Int32

    /// Starts the workers that stay.
    ///
    /// - Parameters:
    ///   - makeWork: called on each thread, which keeps what it makes for all its jobs.
    ///   - refuse: does the job that a thread was started for whose work can't be made.
    init(
        _ workers: Workers, refuse: @escaping @Sendable (Job) -> Result,
        makeWork: @escaping @Sendable () -> Work?
    ) throws(ListenError) {
        self.workers = workers
        self.refuse = refuse
        self.makeWork = makeWork
        finished = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard finished >= 0 else { throw .system(call: "eventfd", errno: errno) }
        for _ in 0..<workers.atRest {
            state.withLock { $0.addThread() }
            let code = startThread { self.run() }
            guard code == 0 else { throw .system(call: "pthread_create", errno: code) }
        }
    }

    /// False when the queue is full: nothing was taken.
    func submit(_ job: Job) -> Bool {
        let (accepted, needsThread) = state.withLock { state in
            guard state.jobs.count < workers.queue + state.idle else { return (false, false) }
            state.jobs.append(job)
            guard state.jobs.count > state.idle, state.threads < workers.atMost else { return (true, false) }
            state.addThread()
            return (true, true)
        }
        if accepted { waiting.signal() }
        // Without it the job waits for the threads there are.
        if needsThread, startThread({ self.run() }) != 0 { state.withLock { $0.removeThread() } }
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

    // MARK: The threads

    private func run() {
        guard let work = makeWork() else { return giveUp() }
        while let job = next() { finish(work(job)) }
    }

    private func finish(_ result: Result) {
        let isFirst = state.withLock { state in
            state.results.append(result)
            state.idle += 1
            return state.results.count == 1
        }
        // Of the others, who takes the first is told already.
        if isFirst { eventfd_write(finished, 1) }
    }

    /// The next job for a thread that counts as idle until it has one; nil when the thread should end.
    private func next() -> Job? {
        while true {
            if waiting.wait(upTo: idleLimit) { return takeJob() }
            if state.withLock({ $0.endSurplus(over: workers.atRest) }) { return nil }
        }
    }

    /// For a thread that the semaphore has let through: there is a job for each.
    private func takeJob() -> Job {
        state.withLock { state in
            state.idle -= 1
            return state.jobs.removeFirst()
        }
    }

    /// A thread without work: the job that it was started for is refused, unless another has it.
    private func giveUp() {
        while state.withLock({ $0.jobs.count >= $0.idle && !$0.jobs.isEmpty }) {
            if waiting.wait(upTo: .zero) { finish(refuse(takeJob())) }
        }
        state.withLock { $0.removeThread() }
    }
}

/// A thread beyond those that stay ends when it has had nothing to do for so long.
private let idleLimit = Duration.seconds(10)

extension WorkerPool.State {
    fileprivate mutating func addThread() {
        threads += 1
        idle += 1
    }

    fileprivate mutating func removeThread() {
        threads -= 1
        idle -= 1
    }

    /// Whether an idle thread may go: there are enough others, for the jobs too.
    fileprivate mutating func endSurplus(over atRest: Int) -> Bool {
        guard threads > atRest, jobs.count < idle else { return false }
        removeThread()
        return true
    }
}
