/// What `AUTH_ACCESS=session` keeps: which session an access id stands for, under its hash.
extension Schema {
    static let accessIDs = [
        """
        CREATE TABLE access_ids (
            hash TEXT NOT NULL PRIMARY KEY,
            session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
            expires_at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX access_ids_by_session ON access_ids (session_id, expires_at)",
        "CREATE INDEX access_ids_by_expiry ON access_ids (expires_at)",
        """
        CREATE VIEW live_access AS
        SELECT access_ids.hash AS hash, sessions.id AS session_id, accounts.id AS account_id,
            accounts.username AS username, accounts.email AS email, accounts.roles AS roles,
            CASE WHEN sessions.ends_at < access_ids.expires_at THEN sessions.ends_at ELSE access_ids.expires_at END
                AS expires_at
        FROM access_ids
            JOIN sessions ON sessions.id = access_ids.session_id
            JOIN accounts ON accounts.id = sessions.account_id
        WHERE sessions.revoked_at IS NULL AND accounts.disabled_at IS NULL
        """,
    ]

    /// For who tells what an access id stands for: no digest, no generation of a refresh token, and
    /// nothing that has ended. The view's own words, for a database whose users have no rights of
    /// their own (SQLite); where they have, the role gets SELECT on the view.
    public static let liveAccessGrant = ReadGrant(
        view: "live_access",
        columns: ["hash", "session_id", "account_id", "username", "email", "roles", "expires_at"],
        behind: [
            "access_ids": ["hash", "session_id", "expires_at"],
            "sessions": ["id", "account_id", "ends_at", "revoked_at"],
            "accounts": ["id", "username", "email", "roles", "disabled_at"],
        ])
}
