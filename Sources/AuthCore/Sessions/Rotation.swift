/// What became of a refresh token that was presented.
public enum Rotation: Sendable, Equatable {
    /// It was the current one; the grant carries its successor.
    case rotated(Grant)
    /// It was the one before, within the grace: the same successor, for parallel tabs and lost answers.
    case repeated(Grant)
    /// No such session, or a generation that this store never gave out.
    case unknown
    /// The session was ended before.
    case revoked
    /// The session has come to its idle or absolute end.
    case expired
    /// The account may not log in.
    case accountDisabled
    /// It was used before: one of two holders is a thief, and the session has been ended with this answer.
    case reused(SessionRecord)
}
