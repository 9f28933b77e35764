import Database
import Dispatch
import Synchronization

/// A driver that writes down what it is asked to do, and whose commits end when and how a test wants.
///
/// `@unchecked Sendable`: all it has is under a mutex or safe by itself.
final class RecordingDatabase: Database, @unchecked Sendable {
    private let recorded = Mutex<[String]>([])
    /// The error of each BEGIN, or of each COMMIT; nil for none.
    let beginning = Mutex<StoreError?>(nil)
    let committing = Mutex<StoreError?>(nil)
    /// That of each ROLLBACK TO.
    let rollingBackTo = Mutex<StoreError?>(nil)
    /// Called when a commit is about to be done.
    private let onCommit: @Sendable () -> Void

    init(onCommit: @escaping @Sendable () -> Void = {}) { self.onCommit = onCommit }

    var events: [String] { recorded.withLock { $0 } }

    /// Those of the transaction with this number, counted from 0.
    func transaction(_ number: Int) -> [String] {
        let parts = events.split(separator: "BEGIN", omittingEmptySubsequences: false).dropFirst()
        return parts.count > number ? Array(parts[parts.startIndex + number]) : []
    }

    private func record(_ event: String) { recorded.withLock { $0.append(event) } }

    func query(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> [Row] {
        record(sql)
        return []
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
        record(sql)
        if sql.hasPrefix("ROLLBACK TO"), let error = rollingBackTo.withLock({ $0 }) { throw error }
        return 0
    }

    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        record("BEGIN")
        if let error = beginning.withLock({ $0 }) { throw error }
        do throws(StoreError) {
            let result = try body()
            onCommit()
            if let error = committing.withLock({ $0 }) { throw error }
            record("COMMIT")
            return result
        } catch {
            record("ROLLBACK")
            throw error
        }
    }
}

/// Something that waits until a test lets it go.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let arrivals = Atomic(0)

    var hasArrival: Bool { arrivals.load(ordering: .sequentiallyConsistent) > 0 }

    @Sendable func wait() {
        arrivals.add(1, ordering: .sequentiallyConsistent)
        semaphore.wait()
    }

    /// For good.
    func open() { for _ in 0..<1000 { semaphore.signal() } }
}
