public import Identity

/// Something tokens say that is no longer true. Holds ids and times, never a token or a name.
public enum Revocation: Hashable, Sendable {
    /// The session is over: no token of it is valid. Of use until its last token has expired.
    case session(SessionID, until: Timestamp)
    /// Tokens of the account with an epoch below `minimumEpoch` are void.
    case account(AccountID, minimumEpoch: Int64, until: Timestamp)
    /// The verification keys on disk have changed; a reader loads them again. Of use until `until`.
    case keysChanged(until: Timestamp)

    /// When the last token this voids has expired.
    public var until: Timestamp {
        switch self {
        case .session(_, let until), .account(_, _, let until), .keysChanged(let until): until
        }
    }
}

/// Why the journal cannot be used. Whoever reads it must refuse every token then.
public enum RevocationsUnavailable: Error, Equatable, Sendable {
    /// There is no journal.
    case missing
    /// Not a journal of this version, or a record no version writes.
    case damaged
    /// The system refused; the reason is errno's text.
    case failed(String)
    /// Another process kept the lock past the time allowed.
    case busy
}

extension RevocationsUnavailable: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing: "no revocation journal"
        case .damaged: "revocation journal damaged"
        case .failed(let reason): "revocation journal: \(reason)"
        case .busy: "revocation journal locked"
        }
    }
}
