import AccessIDs
import Database
import Identity

extension SessionStore {
    /// Access ids of one session that are good at a time: as many requests may renew it at once, each
    /// with an id of its own, and past that the oldest end.
    public static let maximumAccessIDs: Int64 = 64

    /// In the transaction that opened or rotated the session, so that whoever has the one has the
    /// other: an access id for this grant, where access tokens are ids. Those before it stay good
    /// until their own end, for other tabs.
    func issuing(_ grant: Grant, at now: Timestamp) throws(StoreError) -> Grant {
        guard let lifetime = lifetimes.accessID else { return grant }
        let id = AccessID.make()
        let session = grant.session.id.description
        // Those that have ended, and of the rest all but the newest: with this one as many as may be.
        try database.execute(
            """
            DELETE FROM access_ids WHERE session_id = $1 AND (expires_at <= $2 OR hash IN (
                SELECT hash FROM access_ids WHERE session_id = $1
                ORDER BY expires_at DESC, hash LIMIT $3 OFFSET $4))
            """,
            [
                .text(session), .integer(now.milliseconds), .integer(Self.maximumAccessIDs),
                .integer(Self.maximumAccessIDs - 1),
            ])
        try database.execute(
            "INSERT INTO access_ids (hash, session_id, expires_at) VALUES ($1, $2, $3)",
            [
                .text(id.hash), .text(session),
                .integer(min(now + lifetime, grant.session.endsAt).milliseconds),
            ])
        var issued = grant
        issued.accessID = id
        return issued
    }
}
