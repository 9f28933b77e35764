import Accounts
public import Database
public import Identity

extension SessionStore {
    /// Exchanges a refresh token for its successor (RFC 9700 section 4.14.2), so that repeating the
    /// request does no harm and a second holder is found out.
    ///
    /// The session's end moves with each rotation and never past the absolute one. A theft ends the
    /// session in this same transaction and is in the journal before this returns.
    /// - Parameters:
    ///   - session: from a refresh token whose MAC was right.
    ///   - generation: likewise.
    public func rotate(
        _ session: SessionID, generation: UInt32, at now: Timestamp
    ) throws(StoreError) -> Rotation {
        try ledger.commit(at: now) { (changes) throws(StoreError) in
            let advanced = try advance(session, from: generation, at: now)
            guard let grant = try find(session) else { return Rotation.unknown }
            if advanced {
                let issued = try issuing(grant, at: now)
                try purge(at: now)
                return .rotated(issued)
            }
            if grant.account.isDisabled { return .accountDisabled }
            if grant.session.revokedAt != nil {
                // Whoever ended it may have got no further than the store.
                changes.repeated += try ledger.recorded(of: session.description, at: now)
                return .revoked
            }
            if now >= grant.session.endsAt { return .expired }
            return try judge(generation, against: grant, at: now, &changes)
        }
    }

    /// Compare and swap: of all who present the current generation, one gets true.
    private func advance(
        _ session: SessionID, from generation: UInt32, at now: Timestamp
    ) throws(StoreError) -> Bool {
        try database.execute(
            """
            UPDATE sessions SET
                generation = generation + 1, rotated_at = $3, last_used_at = $3,
                ends_at = CASE WHEN expires_at < $4 THEN expires_at ELSE $4 END
            WHERE id = $1 AND generation = $2 AND revoked_at IS NULL AND ends_at > $3 AND generation < 4294967295
                AND EXISTS (SELECT 1 FROM accounts WHERE accounts.id = sessions.account_id AND disabled_at IS NULL)
            """,
            [
                .text(session.description), .integer(Int64(generation)), .integer(now.milliseconds),
                .integer((now + lifetimes.idle).milliseconds),
            ]) == 1
    }

    /// On a live session of an account in good standing whose current generation is another.
    private func judge(
        _ generation: UInt32, against grant: Grant, at now: Timestamp, _ changes: inout LedgerChanges
    ) throws(StoreError) -> Rotation {
        let current = grant.session.generation
        if generation == current { throw .unavailable("the session changed meanwhile") }
        if generation > current {
            // Its MAC is right, so a store that was set back has lost what followed; who holds
            // what can't be told any more.
            try ledger.end(grant.session, reason: .generationAhead, at: now, &changes)
            return .unknown
        }
        if generation == current - 1, now - grant.session.rotatedAt <= lifetimes.grace {
            return .repeated(try issuing(grant, at: now))
        }
        try ledger.end(grant.session, reason: .reused, at: now, &changes)
        return .reused(grant.session)
    }
}
