public import Identity
import Synchronization

/// Counts what must not become a write each time it happens: refused refresh tokens, and refreshes.
/// They are gathered in memory and go to the store `batch` at a time, so that a flood of forged
/// tokens makes one small write in fifty requests, and none while its network must wait. What is
/// lost at a restart is less than a batch. Best effort: what can't be counted is not held up.
/// For one thread; those of one program count together.
public struct GatheredAttempts {
    /// Events that go to the store together.
    static let batch: Int64 = 50
    /// Subjects in memory. When there are more all are dropped, which loses less than a batch of each.
    static let subjectsKept = 1000
    /// How long what the store said of a subject is believed.
    static let readAgain: Duration = .seconds(1)

    /// What the threads of one program have gathered.
    public final class Counts: Sendable {
        fileprivate let entries = Mutex<[String: Entry]>([:])

        public init() {}
    }

    fileprivate struct Entry {
        /// When the gathered events are forgotten, one after the other.
        var gathered = AttemptCount()
        var readAt = Timestamp(milliseconds: 0)
        var blockedUntil = Timestamp(milliseconds: 0)

        /// Where the clock was set back, what was read before it says nothing of now.
        func isStale(at now: Timestamp) -> Bool {
            readAt > now || (blockedUntil <= now && now - readAt >= GatheredAttempts.readAgain)
        }
    }

    private let store: AttemptStore
    private let counts: Counts
    var subjectCount: Int { counts.entries.withLock { $0.count } }

    public init(_ store: AttemptStore, counts: Counts = Counts()) {
        self.store = store
        self.counts = counts
    }

    /// Whole seconds until the subject is let through, at least 1; nil when it is now. Asks the store
    /// at most once a second about one subject.
    public func wait(_ subject: AttemptSubject, at now: Timestamp) -> Int? {
        let known = entry(subject)
        let blockedUntil = known.isStale(at: now) ? read(subject, at: now) : known.blockedUntil
        let rest = blockedUntil - now
        return rest > .zero && rest <= AttemptRule.longestDelay ? rest.wholeSeconds : nil
    }

    /// Counts one event.
    public func count(_ subject: AttemptSubject, at now: Timestamp) {
        let isBatch = change(subject) { entry in
            entry.gathered.add(1, under: subject.rule, at: now)
            guard entry.gathered.failures >= Self.batch else { return false }
            entry.gathered = AttemptCount()
            return true
        }
        guard isBatch else { return }
        try? store.add(Self.batch, to: subject, at: now)
        read(subject, at: now)
    }

    private func entry(_ subject: AttemptSubject) -> Entry {
        counts.entries.withLock { $0[subject.key] ?? Entry() }
    }

    @discardableResult
    private func read(_ subject: AttemptSubject, at now: Timestamp) -> Timestamp {
        let blockedUntil = now + ((try? store.wait([subject], at: now)) ?? .zero)
        return change(subject) { entry in
            // Another thread may have read later and be here first.
            entry.blockedUntil = entry.isStale(at: now) ? blockedUntil : max(entry.blockedUntil, blockedUntil)
            entry.readAt = now
            return entry.blockedUntil
        }
    }

    @discardableResult
    private func change<Outcome: Sendable>(_ subject: AttemptSubject, _ body: (inout Entry) -> Outcome) -> Outcome {
        counts.entries.withLock { entries in
            if entries[subject.key] == nil, entries.count >= Self.subjectsKept { entries = [:] }
            return body(&entries[subject.key, default: Entry()])
        }
    }
}
