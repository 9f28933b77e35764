public import Database
public import Identity

/// What making many accounts at once came to.
public struct AccountsMade: Sendable {
    /// Why an account was not made.
    public enum Conflict: Sendable, Equatable {
        /// There is an account of that name.
        case name
        /// The name looks like another account's.
        case lookalike
        /// Another account has the id.
        case id
    }

    /// How many were made, or would have been.
    public internal(set) var count = 0
    /// By the account's place in the list. Names that were there already and left alone are not among them.
    public internal(set) var conflicts: [Int: Conflict] = [:]
    /// Places of accounts that were there already and left alone.
    public internal(set) var skipped: Set<Int> = []
}

/// Accounts on their way in from elsewhere, and out to elsewhere.
extension AccountStore {
    /// Makes all of the accounts in one transaction, or with a conflict none of them.
    /// - Parameters:
    ///   - skippingTaken: leaves accounts alone that are there already, instead of a conflict.
    ///   - allowingLookalikes: makes accounts whose names look like others', without a skeleton.
    ///   - committing: false to learn what would happen.
    public func create(
        all accounts: [NewAccount], skippingTaken: Bool, allowingLookalikes: Bool, committing: Bool, at now: Timestamp
    ) throws(StoreError) -> AccountsMade {
        var made = AccountsMade()
        do throws(StoreError) {
            try database.transaction { () throws(StoreError) in
                for (place, account) in accounts.enumerated() {
                    var account = account
                    switch try conflict(account) {
                    case .name where skippingTaken:
                        made.skipped.insert(place)
                        continue
                    case .lookalike where allowingLookalikes: account.skeleton = nil
                    case nil: break
                    case let conflict?:
                        made.conflicts[place] = conflict
                        continue
                    }
                    guard try create(account, at: now) != nil else { throw .constraint("accounts changed meanwhile") }
                    made.count += 1
                }
                guard committing, made.conflicts.isEmpty else { throw Self.undone }
            }
        } catch  where error == Self.undone {
            return made
        }
        return made
    }

    /// Ends a transaction that is not to be kept.
    private static let undone = StoreError.constraint("nothing was to be kept")

    private func conflict(_ account: NewAccount) throws(StoreError) -> AccountsMade.Conflict? {
        let rows = try database.query(
            "SELECT username, id FROM accounts WHERE username = $1 OR skeleton = $2 OR id = $3",
            [.text(account.username), .optional(account.skeleton), .optional(account.id?.description)])
        guard !rows.isEmpty else { return nil }
        for row in rows where try row.text("username") == account.username { return .name }
        for row in rows where try row.text("id") == account.id?.description { return .id }
        return .lookalike
    }

    /// Accounts by name with their digests, a page at a time.
    /// - Parameters:
    ///   - after: the last name of the page before; nil for the first.
    ///   - limit: how many at most.
    public func credentials(after: String? = nil, limit: Int = 1000) throws(StoreError) -> [PasswordCredential] {
        let rows = try database.query(
            """
            SELECT \(AccountRecord.columns), accounts.digest AS digest FROM accounts
            WHERE username > $1 ORDER BY username LIMIT $2
            """, [.text(after ?? ""), .integer(Int64(limit))])
        return try rows.map { (row) throws(StoreError) in
            PasswordCredential(account: try AccountRecord(row), digest: try row.optionalText("digest"))
        }
    }
}
