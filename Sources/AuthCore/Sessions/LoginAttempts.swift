public import Database
public import Identity

/// Limits how often a password can be guessed. Counts by user name, known or not, before the
/// password is looked at, so that parallel guesses count as well. Never holds a password.
///
/// After `allowed` failures in a row the next attempt waits a second, then two, four, and so on to
/// 15 minutes at most; a success forgets them. A device whose address has a session of the account
/// has a count of its own, so that strangers can't keep the owner out.
public struct LoginAttempts {
    /// An attempt that was let through, to be reported back.
    public struct Attempt: Sendable, Equatable {
        fileprivate let subject: String
    }

    public enum Decision: Sendable, Equatable {
        case allowed(Attempt)
        /// Whole seconds until the next attempt is let through, at least 1.
        case blocked(retryAfter: Int)
    }

    private let database: any Database
    private let allowed: Int64

    /// - Parameter allowed: failures in a row without a delay; at least 1.
    public init(_ database: any Database, allowed: Int) {
        self.database = database
        self.allowed = Int64(max(allowed, 1))
    }

    /// Counts an attempt as failed until it succeeds.
    /// - Parameters:
    ///   - username: the canonical form.
    ///   - address: where it comes from; nil counts by name alone.
    public func begin(
        _ username: String, from address: String? = nil, at now: Timestamp
    ) throws(StoreError) -> Decision {
        defer { Purge.attempts(in: database, at: now) }
        return try database.transaction { () throws(StoreError) in
            let subject = try subject(username, address)
            let rows = try database.query(
                """
                INSERT INTO attempts (subject, failures, last_failed_at, blocked_until) VALUES ($1, 1, $2, 0)
                ON CONFLICT (subject) DO UPDATE SET failures = attempts.failures + 1, last_failed_at = $2
                WHERE attempts.blocked_until <= $2
                RETURNING failures
                """, [.text(subject), .integer(now.milliseconds)])
            guard let row = rows.first else { return .blocked(retryAfter: try wait(subject, at: now)) }
            let delay = delay(after: try row.integer("failures"))
            if delay > .zero {
                try database.execute(
                    "UPDATE attempts SET blocked_until = $2 WHERE subject = $1",
                    [.text(subject), .integer((now + delay).milliseconds)])
            }
            return .allowed(Attempt(subject: subject))
        }
    }

    /// The password was right: forgets the failures.
    public func succeeded(_ attempt: Attempt) throws(StoreError) {
        try database.execute("DELETE FROM attempts WHERE subject = $1", [.text(attempt.subject)])
    }

    /// The password was never looked at, as when too many are being hashed: takes the attempt back.
    public func withdraw(_ attempt: Attempt) throws(StoreError) {
        try database.execute(
            """
            UPDATE attempts SET failures = failures - 1,
                blocked_until = CASE WHEN failures <= $2 THEN 0 ELSE blocked_until END
            WHERE subject = $1 AND failures > 0
            """, [.text(attempt.subject), .integer(allowed)])
    }

    /// What the attempt counts for: the name, or the name at an address its owner is known to use.
    /// No user name contains a space.
    private func subject(_ username: String, _ address: String?) throws(StoreError) -> String {
        guard let address else { return username }
        let known = try database.query(
            """
            SELECT sessions.id FROM sessions JOIN accounts ON accounts.id = sessions.account_id
            WHERE accounts.username = $1 AND sessions.address = $2 LIMIT 1
            """, [.text(username), .text(address)])
        return known.isEmpty ? username : "\(username) \(address)"
    }

    private func wait(_ subject: String, at now: Timestamp) throws(StoreError) -> Int {
        let rows = try database.query("SELECT blocked_until FROM attempts WHERE subject = $1", [.text(subject)])
        let until = Timestamp(milliseconds: try rows.first?.integer("blocked_until") ?? 0)
        return Int(max(((until - now).milliseconds + 999) / 1000, 1))
    }

    /// Zero up to `allowed` - 1 failures, then doubling from a second.
    private func delay(after failures: Int64) -> Duration {
        guard failures >= allowed else { return .zero }
        let doublings = min(failures - allowed, 10)
        return min(.seconds(1 << doublings), .seconds(15 * 60))
    }
}
