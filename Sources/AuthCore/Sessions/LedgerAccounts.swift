public import Accounts
public import Database
public import Identity

/// An account after a change, and how many live sessions the change ended.
public struct AccountChange: Sendable, Equatable {
    public let account: AccountRecord
    public let sessionsEnded: Int
}

/// Changes that void an account's tokens by raising its epoch. Each first updates the account's
/// row, which locks it: a login or another change comes wholly before or wholly after.
extension RevocationLedger {
    /// Ends all sessions of the account.
    /// - Returns: nil when there is no such account.
    public func endAll(
        of account: AccountID, reason: RevocationReason, at now: Timestamp
    ) throws(StoreError) -> AccountChange? {
        try change(account, setting: "updated_at = $2", [], ending: reason, at: now)
    }

    /// Ends everybody's sessions.
    /// - Returns: how many were live.
    public func endEverything(reason: RevocationReason, at now: Timestamp) throws(StoreError) -> Int {
        try commit(at: now) { (changes) throws(StoreError) in
            let rows = try database.query(
                """
                UPDATE accounts SET epoch = epoch + 1, updated_at = $1
                WHERE id IN (SELECT account_id FROM sessions WHERE revoked_at IS NULL)
                RETURNING \(AccountRecord.columns)
                """, [.integer(now.milliseconds)])
            var live = 0
            for row in rows {
                let account = try AccountRecord(row)
                try record(account.id, minimumEpoch: account.epoch, at: now, &changes)
                live += try endUnderEpoch(account.id, reason: reason, at: now)
            }
            return live
        }
    }

    /// Stores a new password's digest and ends every other session.
    /// - Parameters:
    ///   - digest: a PHC string.
    ///   - version: of the password that was checked; nil for the admin, who checks none.
    ///   - kept: the session that changes it and stays; nil ends all.
    /// - Returns: nil when there is no such account, or its password has another version.
    /// - Throws: before anything is stored when the journal can't be had, so that nobody is told
    ///   of a failure while the new password is in force.
    public func changePassword(
        of account: AccountID, digest: String, ifVersion version: Int64?, keeping kept: SessionID?, at now: Timestamp
    ) throws(StoreError) -> AccountChange? {
        try requireJournal(at: now)
        let setting = "updated_at = $2, digest = $3, password_version = password_version + 1"
        let values: [SQLValue] = [.text(digest), .optional(version)]
        let condition = "(password_version = $4 OR $4 IS NULL)"
        guard let kept else {
            return try change(account, setting: setting, values, if: condition, ending: .passwordChanged, at: now)
        }
        return try commit(at: now) { (changes) throws(StoreError) in
            let changed = try update(account, setting: setting, values, if: condition, at: now)
            guard let changed else { return nil }
            let ended = try endSessions(
                of: account, keeping: kept, reason: .passwordChanged, at: now, &changes)
            return AccountChange(account: changed, sessionsEnded: ended)
        }
    }

    /// Gives the account other roles. Its sessions stay; its tokens are void and renewed with the new roles.
    /// - Parameter roles: from the roles it has to those it will have.
    /// - Returns: nil when there is no such account.
    public func changeRoles(
        of account: AccountID, at now: Timestamp, to roles: ([Role]) -> [Role]
    ) throws(StoreError) -> AccountRecord? {
        try commit(at: now) { (changes) throws(StoreError) in
            guard let before = try update(account, setting: "updated_at = $2, epoch = epoch + 1", [], at: now) else {
                return nil
            }
            let joined = Role.joined(roles(before.roles))
            let changed = try update(account, setting: "updated_at = $2, roles = $3", [.text(joined)], at: now)
            try record(account, minimumEpoch: before.epoch, at: now, &changes)
            return changed
        }
    }

    /// Shuts the account out: no login, no refresh, no token.
    /// - Returns: nil when there is no such account.
    public func disable(_ account: AccountID, at now: Timestamp) throws(StoreError) -> AccountChange? {
        try change(
            account, setting: "updated_at = $2, disabled_at = COALESCE(disabled_at, $2)", [],
            ending: .accountDisabled, at: now)
    }

    /// Removes the account and its sessions from the store.
    /// - Returns: nil when there is no such account; if it was deleted before, the journal says so in any case.
    public func delete(_ account: AccountID, at now: Timestamp) throws(StoreError) -> AccountChange? {
        try commit(at: now) { (changes) throws(StoreError) in
            guard let last = try update(account, setting: "updated_at = $2, epoch = epoch + 1", [], at: now) else {
                changes.repeated += try recorded(of: account.description, at: now)
                return nil
            }
            let live = try liveSessions(of: account, at: now)
            try database.execute("DELETE FROM accounts WHERE id = $1", [.text(account.description)])
            try record(account, minimumEpoch: last.epoch, at: now, &changes)
            return AccountChange(account: last, sessionsEnded: live)
        }
    }

    /// Updates, raises the epoch and ends all sessions.
    private func change(
        _ account: AccountID, setting assignments: String, _ values: [SQLValue], if condition: String = "1 = 1",
        ending reason: RevocationReason, at now: Timestamp
    ) throws(StoreError) -> AccountChange? {
        try commit(at: now) { (changes) throws(StoreError) in
            let changed = try update(
                account, setting: "\(assignments), epoch = epoch + 1", values, if: condition, at: now)
            guard let changed else { return nil }
            try record(account, minimumEpoch: changed.epoch, at: now, &changes)
            let ended = try endUnderEpoch(account, reason: reason, at: now)
            return AccountChange(account: changed, sessionsEnded: ended)
        }
    }

    /// $1 is the id, $2 now, `values` are $3 and on. Assignments and condition are our own text.
    private func update(
        _ account: AccountID, setting assignments: String, _ values: [SQLValue], if condition: String = "1 = 1",
        at now: Timestamp
    ) throws(StoreError) -> AccountRecord? {
        let rows = try database.query(
            "UPDATE accounts SET \(assignments) WHERE id = $1 AND \(condition) RETURNING \(AccountRecord.columns)",
            [.text(account.description), .integer(now.milliseconds)] + values)
        guard let row = rows.first else { return nil }
        return try AccountRecord(row)
    }

    /// Marks all the account's sessions; their tokens are void by the epoch, in one record.
    /// - Returns: how many were live.
    private func endUnderEpoch(
        _ account: AccountID, reason: RevocationReason, at now: Timestamp
    ) throws(StoreError) -> Int {
        let live = try liveSessions(of: account, at: now)
        try database.execute(
            "\(Self.revoke) WHERE account_id = $3 AND revoked_at IS NULL",
            [.integer(now.milliseconds), .text(reason.rawValue), .text(account.description)])
        return live
    }
}
