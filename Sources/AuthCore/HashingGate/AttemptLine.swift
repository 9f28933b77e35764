import Passwords
import Synchronization
import Threads

/// Where attempts wait before they are counted. An attempt counts as failed until it has succeeded,
/// so of one account only a few may be under way: many right logins at once would else look like
/// guessing. And an attempt that finds the line full has cost the store nothing.
public final class AttemptLine: Sendable {
    /// Under way for one subject.
    private static let mostOfOne = 3

    struct State {
        var waiting: [Waiter] = []
        var underWay = 0
        var subjects: [String: Int] = [:]
    }

    final class Waiter: Sendable {
        let subject: String?
        let admitted = Semaphore()

        init(_ subject: String?) { self.subject = subject }
    }

    let state = Mutex(State())
    private let atOnce: Int
    private let ofOne: Int
    private let queue: Int
    private let patience: Duration
    private let estimate: @Sendable (Int) -> Int

    /// - Parameters:
    ///   - atOnce: under way in this program.
    ///   - failuresAllowed: of one subject, before it must wait.
    ///   - estimate: seconds until so many have been hashed.
    init(
        atOnce: Int, failuresAllowed: Int, queue: Int, patience: Duration, estimate: @escaping @Sendable (Int) -> Int
    ) {
        self.atOnce = atOnce
        ofOne = max(1, min(Self.mostOfOne, failuresAllowed))
        self.queue = queue
        self.patience = patience
        self.estimate = estimate
    }

    /// Runs `attempt` when it is its turn; those of one subject, and of all, in the order they came.
    ///
    /// - Parameter subject: what the attempt counts for; nil when that is nobody's.
    /// - Throws: `PasswordHashingError.gateFull` when as many wait as may, or it waited too long;
    ///   else what `attempt` throws.
    public func turn<Outcome>(of subject: String?, _ attempt: () throws -> Outcome) throws -> Outcome {
        try enter(subject)
        defer { leave(subject) }
        return try attempt()
    }

    private func enter(_ subject: String?) throws(PasswordHashingError) {
        let (waiter, refusal) = state.withLock { state -> (Waiter?, Int?) in
            if admits(subject, state) {
                state.add(subject)
                return (nil, nil)
            }
            guard state.waiting.count < queue else { return (nil, state.waiting.count + state.underWay) }
            let waiter = Waiter(subject)
            state.waiting.append(waiter)
            return (waiter, nil)
        }
        if let refusal { throw .gateFull(retryAfter: estimate(refusal)) }
        guard let waiter, !waiter.admitted.wait(upTo: patience) else { return }
        let waited = state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0 === waiter }) else { return nil as Int? }
            state.waiting.remove(at: index)
            return state.waiting.count + state.underWay
        }
        // Not among those that wait: it was admitted in the last moment.
        if let waited { throw .gateFull(retryAfter: estimate(waited)) }
    }

    private func leave(_ subject: String?) {
        state.withLock { state in
            state.remove(subject)
            while state.underWay < atOnce, let index = state.waiting.firstIndex(where: { admits($0.subject, state) }) {
                let waiter = state.waiting.remove(at: index)
                state.add(waiter.subject)
                waiter.admitted.signal()
            }
        }
    }

    private func admits(_ subject: String?, _ state: borrowing State) -> Bool {
        state.underWay < atOnce && subject.map { state.subjects[$0, default: 0] < ofOne } ?? true
    }
}

extension AttemptLine.State {
    fileprivate mutating func add(_ subject: String?) {
        underWay += 1
        if let subject { subjects[subject, default: 0] += 1 }
    }

    fileprivate mutating func remove(_ subject: String?) {
        underWay -= 1
        guard let subject, let count = subjects[subject] else { return }
        subjects[subject] = count > 1 ? count - 1 : nil
    }
}
