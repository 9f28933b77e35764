public import FastCGI
public import HTTP

extension Concurrency {
    /// Requests that wait for a thread; past it a 503 is the honest answer.
    private static let queue = 256
    /// Threads of a program that only reads and writes the store which stay while there is little to do.
    private static let storeThreadsAtRest = 4
    /// As many as one commit may be for: each waits for the disk, and those that wait together share a commit.
    private static let storeThreads = 64

    /// Threads of a program that hashes which stay while there is little to do.
    private static let hashingThreadsAtRest = 2
    /// Threads for what is answered without a hash while as many wait for theirs as may.
    private static let threadsBesideTheGate = 8

    /// For programs that hash: a thread waits for each hash that is admitted to the gate, and there are
    /// always some more, so that what needs no hash is answered however many wait.
    ///
    /// - Parameter gate: requests that may be at the gate at once.
    public static func hashing(
        gate: Int, overloaded: @escaping @Sendable (Request) -> Response
    ) -> Concurrency {
        let workers = Workers(atRest: hashingThreadsAtRest, atMost: gate + threadsBesideTheGate, queue: queue)
        return .workers(workers, overloaded: overloaded)
    }

    /// For programs that wait for the store and compute nothing.
    public static func storing(overloaded: @escaping @Sendable (Request) -> Response) -> Concurrency {
        .workers(Workers(atRest: storeThreadsAtRest, atMost: storeThreads, queue: queue), overloaded: overloaded)
    }
}
