public import Tokens

/// Why a token cannot be issued, or keys cannot be made. Ours to mend, never the visitor's.
public enum TokenSigningError: Error, Equatable, Sendable {
    case keys(KeySetError)
    case noKey
    /// libcrypto failed.
    case signingFailed
    /// The account's names and roles do not fit into a cookie.
    case tooLong
}
