public import Database
public import Identity

/// Failures by subject, in the store: they outlive a restart and are counted together by all
/// processes. An attempt counts as failed before it is looked at, so that parallel guesses count,
/// until it succeeds or is withdrawn. Never holds a password, nor a name.
public struct AttemptStore {
    /// An attempt that was let through, to be reported back.
    public struct Attempt: Sendable, Equatable {
        fileprivate let subjects: AttemptSubjects
        /// The delay that this attempt brought upon each of the subjects counted, if any.
        fileprivate let blocks: [Timestamp]
    }

    public enum Decision: Sendable, Equatable {
        case allowed(Attempt)
        /// Whole seconds until the next attempt is let through, at least 1.
        case blocked(retryAfter: Int)
    }

    private let database: any Database

    public init(_ database: any Database) {
        self.database = database
    }

    /// Whole seconds until an attempt would be let through, at least 1; nil when it would be now.
    /// Counts nothing and writes nothing.
    public func blocked(_ subjects: AttemptSubjects, at now: Timestamp) throws(StoreError) -> Int? {
        let rest = try wait(subjects.counted, at: now)
        return rest > .zero ? rest.wholeSeconds : nil
    }

    /// Counts an attempt for all its subjects, or for none of them when one must wait.
    public func begin(_ subjects: AttemptSubjects, at now: Timestamp) throws(StoreError) -> Decision {
        // Who must wait is told so without a write.
        let rest = try wait(subjects.counted, at: now)
        if rest > .zero { return .blocked(retryAfter: rest.wholeSeconds) }
        return try database.transaction { () throws(StoreError) in
            var counts: [AttemptCount] = []
            for subject in subjects.counted { counts.append(try locked(subject)) }
            let rest = Self.longest(counts, at: now)
            if rest > .zero { return .blocked(retryAfter: rest.wholeSeconds) }
            for index in counts.indices {
                counts[index].add(1, under: subjects.counted[index].rule, at: now)
                try keep(counts[index], of: subjects.counted[index])
            }
            try purge(at: now)
            return .allowed(Attempt(subjects: subjects, blocks: counts.map(\.blockedUntil)))
        }
    }

    /// The password was right, or the name free: failures in a row are forgotten, and where they
    /// fade the attempt itself is taken back.
    public func succeeded(_ attempt: Attempt) throws(StoreError) {
        try database.transaction { () throws(StoreError) in try settle(attempt) }
    }

    /// The same in a transaction of the caller's: the attempt has succeeded if that is committed.
    public func settle(_ attempt: Attempt) throws(StoreError) {
        for (subject, block) in zip(attempt.subjects.counted, attempt.blocks) {
            switch subject.rule.memory {
            case .consecutive: try forget(subject)
            case .fading: try takeBack(subject, block)
            }
        }
        for subject in attempt.subjects.forgotten { try forget(subject) }
    }

    /// The password was never looked at, as when too many are being hashed: takes the attempt back.
    public func withdraw(_ attempt: Attempt) throws(StoreError) {
        try database.transaction { () throws(StoreError) in
            for (subject, block) in zip(attempt.subjects.counted, attempt.blocks) { try takeBack(subject, block) }
        }
    }

    /// Adds failures that were counted elsewhere until now.
    func add(_ events: Int64, to subject: AttemptSubject, at now: Timestamp) throws(StoreError) {
        try database.transaction { () throws(StoreError) in
            var count = try locked(subject)
            count.add(events, under: subject.rule, at: now)
            try keep(count, of: subject)
            try purge(at: now)
        }
    }

    /// How long until all of the subjects are let through; zero when they are now.
    func wait(_ subjects: [AttemptSubject], at now: Timestamp) throws(StoreError) -> Duration {
        var counts: [AttemptCount] = []
        for subject in subjects {
            let rows = try database.query(
                "SELECT failures, blocked_until, forgotten_at FROM attempts WHERE subject = $1", [.text(subject.key)])
            if let row = rows.first { counts.append(try AttemptCount(row)) }
        }
        return Self.longest(counts, at: now)
    }

    private static func longest(_ counts: [AttemptCount], at now: Timestamp) -> Duration {
        counts.map { $0.wait(at: now) }.max() ?? .zero
    }

    /// The subject's count, its row made if there is none and locked until the transaction ends.
    private func locked(_ subject: AttemptSubject) throws(StoreError) -> AttemptCount {
        let rows = try database.query(
            """
            INSERT INTO attempts (subject, failures, blocked_until, forgotten_at) VALUES ($1, 0, 0, 0)
            ON CONFLICT (subject) DO UPDATE SET failures = attempts.failures
            RETURNING failures, blocked_until, forgotten_at
            """, [.text(subject.key)])
        guard let row = rows.first else { throw .unexpected("no row from INSERT") }
        return try AttemptCount(row)
    }

    private func keep(_ count: AttemptCount, of subject: AttemptSubject) throws(StoreError) {
        try database.execute(
            "UPDATE attempts SET failures = $2, blocked_until = $3, forgotten_at = $4 WHERE subject = $1",
            [
                .text(subject.key), .integer(count.failures), .integer(count.blockedUntil.milliseconds),
                .integer(count.forgottenAt.milliseconds),
            ])
    }

    private func forget(_ subject: AttemptSubject) throws(StoreError) {
        try database.execute("DELETE FROM attempts WHERE subject = $1", [.text(subject.key)])
    }

    /// One failure less, and no more of the delay that it brought.
    private func takeBack(_ subject: AttemptSubject, _ block: Timestamp) throws(StoreError) {
        var remembered = Duration.zero
        if case .fading(let interval) = subject.rule.memory { remembered = interval }
        try database.execute(
            """
            UPDATE attempts SET failures = failures - 1, forgotten_at = forgotten_at - $2,
                blocked_until = CASE WHEN blocked_until = $3 THEN 0 ELSE blocked_until END
            WHERE subject = $1 AND failures > 0
            """,
            [.text(subject.key), .integer(remembered.milliseconds), .integer(block.milliseconds)])
    }

    /// At most this many rows at a time, more than one attempt adds.
    private static let purgeLimit: Int64 = 16

    /// In a transaction: removes a few rows that mean nothing any more. What fails undoes only itself.
    private func purge(at now: Timestamp) throws(StoreError) {
        let old = "SELECT subject FROM attempts WHERE forgotten_at < $1 AND blocked_until < $1 LIMIT $2"
        let values: [SQLValue] = [.integer(now.milliseconds), .integer(Self.purgeLimit)]
        try database.attempt { () throws(StoreError) in
            guard try !database.query(old, values).isEmpty else { return }
            try database.execute(
                "DELETE FROM attempts WHERE subject IN (\(old)) AND forgotten_at < $1 AND blocked_until < $1", values)
        }
    }
}

extension AttemptCount {
    init(_ row: Row) throws(StoreError) {
        self.init(
            failures: try row.integer("failures"),
            blockedUntil: Timestamp(milliseconds: try row.integer("blocked_until")),
            forgottenAt: Timestamp(milliseconds: try row.integer("forgotten_at")))
    }
}

extension Duration {
    /// Rounded up: what Retry-After says is never too early.
    var wholeSeconds: Int { Int((milliseconds + 999) / 1000) }
}
