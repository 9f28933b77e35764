public import HTTP

/// How a program answers.
public enum Concurrency: Sendable {
    /// On the server's own thread, one request after the other: for handlers that never wait.
    case inline
    /// On threads behind a queue; past it `overloaded` is the answer.
    case workers(Workers, overloaded: @Sendable (Request) -> Response)
}

/// Threads that do what would hold up others.
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
