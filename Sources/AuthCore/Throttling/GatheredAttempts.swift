public import Identity

/// Counts what must not become a write each time it happens: refused refresh tokens, and refreshes.
/// They are gathered in memory and go to the store `batch` at a time, so that a flood of forged
/// tokens makes one small write in fifty requests, and none while its network must wait. What is
/// lost at a restart is less than a batch. Best effort: what can't be counted is not held up.
/// For one thread.
public final class GatheredAttempts {
    /// Events that go to the store together.
    static let batch: Int64 = 50
    /// Subjects in memory. When there are more all are dropped, which loses less than a batch of each.
    static let subjectsKept = 1000
    /// How long what the store said of a subject is believed.
    static let readAgain: Duration = .seconds(1)

    private struct Entry {
        /// When the gathered events are forgotten, one after the other.
        var gathered = AttemptCount()
        var readAt = Timestamp(milliseconds: 0)
        var blockedUntil = Timestamp(milliseconds: 0)
    }

    private let store: AttemptStore
    private var entries: [String: Entry] = [:]
    var subjectCount: Int { entries.count }

    public init(_ store: AttemptStore) {
        self.store = store
    }

    /// Whole seconds until the subject is let through, at least 1; nil when it is now. Asks the store
    /// at most once a second about one subject.
    public func wait(_ subject: AttemptSubject, at now: Timestamp) -> Int? {
        var entry = entry(subject, at: now)
        // Where the clock was set back, what was read before it says nothing of now.
        if entry.readAt > now || (entry.blockedUntil <= now && now - entry.readAt >= Self.readAgain) {
            read(subject, &entry, at: now)
            entries[subject.key] = entry
        }
        let rest = entry.blockedUntil - now
        return rest > .zero && rest <= AttemptRule.longestDelay ? rest.wholeSeconds : nil
    }

    /// Counts one event.
    public func count(_ subject: AttemptSubject, at now: Timestamp) {
        var entry = entry(subject, at: now)
        entry.gathered.add(1, under: subject.rule, at: now)
        if entry.gathered.failures >= Self.batch {
            entry.gathered = AttemptCount()
            try? store.add(Self.batch, to: subject, at: now)
            read(subject, &entry, at: now)
        }
        entries[subject.key] = entry
    }

    private func entry(_ subject: AttemptSubject, at now: Timestamp) -> Entry {
        if let entry = entries[subject.key] { return entry }
        if entries.count >= Self.subjectsKept { entries = [:] }
        return Entry()
    }

    private func read(_ subject: AttemptSubject, _ entry: inout Entry, at now: Timestamp) {
        entry.blockedUntil = now + ((try? store.wait([subject], at: now)) ?? .zero)
        entry.readAt = now
    }
}
