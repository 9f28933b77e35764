/// Why a token is not accepted. Says nothing of what the token holds.
public enum TokenRefusal: Error, Equatable, Sendable, CaseIterable {
    /// Longer than `TokenVerifier.maximumTokenBytes`.
    case tooLong
    /// Not three parts of canonical base64url with JSON objects in the first two.
    case malformed
    /// No `kid`, or none we have, or one whose time is over.
    case unknownKey
    /// `alg` is not the one of the key, above all `none`.
    case algorithmMismatch
    /// `typ` is another: a token for another use.
    case wrongType
    /// The header has a member besides `alg`, `kid` and `typ`: `crit`, `jwk`, `jku`, `x5c`, `b64` …
    case criticalHeader
    case badSignature
    case wrongIssuer
    case wrongAudience
    /// Its `exp` is now or was before.
    case expired
    /// Its `nbf` is to come, or it was issued in the future.
    case notYetValid
    /// Its life is longer than tokens may live now.
    case lifetimeTooLong
    /// Signed, but a claim is missing or of a wrong type.
    case malformedClaims

    /// For `X-Auth-Reason` and the log.
    public var code: String {
        switch self {
        case .tooLong: "token_too_long"
        case .malformed: "token_malformed"
        case .unknownKey: "token_unknown_key"
        case .algorithmMismatch: "token_algorithm_mismatch"
        case .wrongType: "token_wrong_type"
        case .criticalHeader: "token_critical_header"
        case .badSignature: "token_bad_signature"
        case .wrongIssuer: "token_wrong_issuer"
        case .wrongAudience: "token_wrong_audience"
        case .expired: "token_expired"
        case .notYetValid: "token_not_yet_valid"
        case .lifetimeTooLong: "token_lifetime_too_long"
        case .malformedClaims: "token_malformed_claims"
        }
    }
}
