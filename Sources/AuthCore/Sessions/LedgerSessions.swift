public import Database
public import Identity
import Revocations

/// What came of ending a session.
public enum SessionEnd: Sendable, Equatable {
    /// It was live until now.
    case ended(SessionRecord)
    /// It was over before; the journal says so in any case.
    case alreadyOver(SessionRecord)
    /// There is no such session, or it belongs to another account.
    case unknown
}

extension RevocationLedger {
    /// Ends one session.
    /// - Parameter account: when given, only a session of this account is ended. Without it the
    ///   caller has proof of the session, such as a token of it, and the journal is told even when
    ///   the store does not know it: tokens outlive a row that was deleted or lost with a backup.
    public func endSession(
        _ id: SessionID, of account: AccountID? = nil, reason: RevocationReason, at now: Timestamp
    ) throws(StoreError) -> SessionEnd {
        try commit(at: now) { (changes) throws(StoreError) in
            try endSession(id, of: account, reason: reason, at: now, &changes)
        }
    }

    /// The same in a transaction.
    func endSession(
        _ id: SessionID, of account: AccountID? = nil, reason: RevocationReason, at now: Timestamp,
        _ changes: inout LedgerChanges
    ) throws(StoreError) -> SessionEnd {
        let rows = try database.query(
            "SELECT \(SessionRecord.columns) FROM sessions WHERE id = $1", [.text(id.description)])
        guard let row = rows.first else {
            if account == nil { try endUnknown(id, at: now, &changes) }
            return SessionEnd.unknown
        }
        let session = try SessionRecord(row)
        if let account, session.account != account { return .unknown }
        let endedNow = try end(session, reason: reason, at: now, &changes)
        return endedNow && session.isLive(at: now) ? .ended(session) : .alreadyOver(session)
    }

    /// Ends every session of the account but one; tokens of the one that stays remain good.
    /// - Returns: how many were live.
    @discardableResult
    public func endOthers(
        of account: AccountID, keeping kept: SessionID, reason: RevocationReason, at now: Timestamp
    ) throws(StoreError) -> Int {
        try commit(at: now) { (changes) throws(StoreError) in
            try endSessions(of: account, keeping: kept, reason: reason, at: now, &changes)
        }
    }

    /// In a transaction: marks a session as over and records it.
    /// - Returns: false when it was revoked before; then what was recorded is repeated.
    @discardableResult
    func end(
        _ session: SessionRecord, reason: RevocationReason, at now: Timestamp, _ changes: inout LedgerChanges
    ) throws(StoreError) -> Bool {
        let revoked = try database.execute(
            "\(Self.revoke) WHERE id = $3 AND revoked_at IS NULL",
            [.integer(now.milliseconds), .text(reason.rawValue), .text(session.id.description)])
        guard revoked == 1 else {
            // It may have ended with all of the account's, which is recorded of the account alone.
            changes.repeated += try recorded(of: session.id.description, at: now)
            changes.repeated += try recorded(of: session.account.description, at: now)
            return false
        }
        try record(session.id, at: now, &changes)
        return true
    }

    private func endUnknown(
        _ id: SessionID, at now: Timestamp, _ changes: inout LedgerChanges
    ) throws(StoreError) {
        let before = try recorded(of: id.description, at: now)
        changes.repeated += before
        if before.isEmpty { try record(id, at: now, &changes) }
    }

    /// In a transaction: ends the account's sessions one by one, so that the one kept is untouched.
    /// - Returns: how many were live.
    func endSessions(
        of account: AccountID, keeping kept: SessionID, reason: RevocationReason, at now: Timestamp,
        _ changes: inout LedgerChanges
    ) throws(StoreError) -> Int {
        let live = try liveSessions(of: account, except: kept.description, at: now)
        try repeatEnded(of: account, at: now, &changes)
        let rows = try database.query(
            "\(Self.revoke) WHERE account_id = $3 AND id <> $4 AND revoked_at IS NULL RETURNING id",
            [
                .integer(now.milliseconds), .text(reason.rawValue), .text(account.description),
                .text(kept.description),
            ])
        for row in rows {
            guard let id = SessionID(try row.text("id")) else { throw .unexpected("session id") }
            try record(id, at: now, &changes)
        }
        return live
    }

    /// How many sessions of the account are live.
    func liveSessions(
        of account: AccountID, except id: String = "", at now: Timestamp
    ) throws(StoreError) -> Int {
        let rows = try database.query(
            """
            SELECT COUNT(*) AS live FROM sessions
            WHERE account_id = $1 AND id <> $2 AND revoked_at IS NULL AND ends_at > $3
            """, [.text(account.description), .text(id), .integer(now.milliseconds)])
        return Int(try rows.first?.integer("live") ?? 0)
    }

    /// What was recorded of the account and its sessions before.
    private func repeatEnded(
        of account: AccountID, at now: Timestamp, _ changes: inout LedgerChanges
    ) throws(StoreError) {
        changes.repeated += try recorded(of: account.description, at: now)
        let rows = try database.query(
            """
            SELECT sessions.id AS id, revocations.expires_at AS expires_at
            FROM sessions JOIN revocations ON revocations.kind = 1 AND revocations.subject = sessions.id
            WHERE sessions.account_id = $1 AND revocations.expires_at > $2
            """, [.text(account.description), .integer(now.milliseconds)])
        for row in rows {
            guard let id = SessionID(try row.text("id")) else { throw .unexpected("session id") }
            changes.repeated.append(.session(id, until: Timestamp(milliseconds: try row.integer("expires_at"))))
        }
    }

    /// $1 is now, $2 the reason. An end that lies ahead is now.
    static let revoke = """
        UPDATE sessions SET revoked_at = $1, revoked_reason = $2,
            ends_at = CASE WHEN ends_at > $1 THEN $1 ELSE ends_at END
        """
}
