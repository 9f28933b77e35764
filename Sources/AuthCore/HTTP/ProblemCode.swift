/// Every refusal a program may answer with: the closed list clients can switch on.
public enum ProblemCode: String, CaseIterable, Sendable {
    case malformedBody = "malformed_body"
    case unauthenticated = "unauthenticated"
    case invalidCredentials = "invalid_credentials"
    case refreshMissing = "refresh_missing"
    case refreshInvalid = "refresh_invalid"
    case refreshReused = "refresh_reused"
    case sessionExpired = "session_expired"
    case accountDisabled = "account_disabled"
    case signupClosed = "signup_closed"
    case crossOrigin = "cross_origin"
    case forbidden = "forbidden"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case usernameTaken = "username_taken"
    case bodyTooLarge = "body_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case invalidFields = "invalid_fields"
    case tooManyAttempts = "too_many_attempts"
    case unavailable = "unavailable"
    case overloaded = "overloaded"

    public var status: Int {
        switch self {
        case .malformedBody: 400
        case .unauthenticated, .invalidCredentials, .refreshMissing: 401
        case .refreshInvalid, .refreshReused, .sessionExpired, .accountDisabled, .signupClosed, .crossOrigin,
            .forbidden:
            403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .usernameTaken: 409
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .invalidFields: 422
        case .tooManyAttempts: 429
        case .unavailable, .overloaded: 503
        }
    }

    /// One line that is the same for every occurrence (RFC 9457 §3.1.3).
    public var title: String {
        switch self {
        case .malformedBody: "The request body could not be read"
        case .unauthenticated: "Not logged in"
        case .invalidCredentials: "The user name or password is wrong"
        case .refreshMissing: "No refresh token was sent"
        case .refreshInvalid: "The refresh token is not valid"
        case .refreshReused: "The refresh token was used before"
        case .sessionExpired: "The session has ended"
        case .accountDisabled: "The account is disabled"
        case .signupClosed: "Sign-up is closed"
        case .crossOrigin: "Requests from other sites are refused"
        case .forbidden: "Not allowed"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .usernameTaken: "The user name is taken"
        case .bodyTooLarge: "The request body is too large"
        case .unsupportedMediaType: "The content type is not supported"
        case .invalidFields: "Some fields are not acceptable"
        case .tooManyAttempts: "Too many attempts"
        case .unavailable: "Temporarily unavailable"
        case .overloaded: "Too busy"
        }
    }

    /// What the client can do about it, where nothing more exact is known.
    public var detail: String {
        switch self {
        case .malformedBody: "Send one JSON object or one form in UTF-8, with each name once."
        case .unauthenticated: "Log in and send the request again."
        case .invalidCredentials: "Check both and try again."
        case .refreshMissing: "Log in, or send the refresh token."
        case .refreshInvalid, .sessionExpired: "Log in again."
        case .refreshReused: "The session was ended because its token was used twice. Log in again."
        case .accountDisabled: "Ask the administrator of this site."
        case .signupClosed: "Ask the administrator of this site for an account."
        case .crossOrigin: "Send the request from a page of this site."
        case .forbidden: "This account may not do that."
        case .notFound: "There is nothing here by that name."
        case .methodNotAllowed: "The Allow header names the methods."
        case .usernameTaken: "It, or one that looks like it, has an account. Choose another."
        case .bodyTooLarge: "A body may hold at most \(maximumBodyBytes) bytes."
        case .unsupportedMediaType: "Send application/json or application/x-www-form-urlencoded in UTF-8."
        case .invalidFields: "The member errors names each of them."
        case .tooManyAttempts, .unavailable, .overloaded: "Wait as long as the Retry-After header says, then try again."
        }
    }
}
