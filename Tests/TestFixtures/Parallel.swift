import Dispatch
import Foundation
import Synchronization

/// Runs `body` on `count` threads that start together, and returns what each returned or threw, in
/// the order of their numbers.
public func inParallel<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) -> [Result<Value, any Error>] {
    let collected = Collected<Value>()
    let start = DispatchSemaphore(value: 0)
    let finished = DispatchGroup()
    for index in 0..<count {
        finished.enter()
        Thread.detachNewThread {
            start.wait()
            let result = Result { try body(index) }
            collected.results.withLock { $0[index] = result }
            finished.leave()
        }
    }
    for _ in 0..<count { start.signal() }
    finished.wait()
    return collected.results.withLock { results in (0..<count).compactMap { results[$0] } }
}

private final class Collected<Value: Sendable>: Sendable {
    let results = Mutex<[Int: Result<Value, any Error>]>([:])
}
