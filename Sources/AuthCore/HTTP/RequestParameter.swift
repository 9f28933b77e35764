import Glibc

/// The closed list of FastCGI parameters a program may read.
///
/// Whatever else nginx or a client sends never gets past the reader, so no header outside
/// this list can change an answer. Policy (`AUTH_…`) comes from parameters nginx sets; a
/// client reaches only those that begin `HTTP_`.
public enum RequestParameter: Int, CaseIterable, Sendable {
    case requestMethod
    /// The target as the client sent it, undecoded: for sending a visitor back, never for policy.
    case requestURI
    /// The normalised path nginx routed by.
    case documentURI
    case scriptName
    case pathInfo
    case queryString
    case contentType
    case contentLength
    /// `on` when the client spoke TLS to nginx.
    case https
    case host
    case origin
    case secFetchSite
    case cookie
    case authorization
    case userAgent
    case remoteAddress
    case accessControlRequestMethod
    /// What a protected location asks for, set by nginx: `role:admin`.
    case authRequire
    /// nginx's `$request_id`.
    case authRequestID

    /// The parameter's name in the FastCGI record.
    public var rawName: StaticString {
        switch self {
        case .requestMethod: "REQUEST_METHOD"
        case .requestURI: "REQUEST_URI"
        case .documentURI: "DOCUMENT_URI"
        case .scriptName: "SCRIPT_NAME"
        case .pathInfo: "PATH_INFO"
        case .queryString: "QUERY_STRING"
        case .contentType: "CONTENT_TYPE"
        case .contentLength: "CONTENT_LENGTH"
        case .https: "HTTPS"
        case .host: "HTTP_HOST"
        case .origin: "HTTP_ORIGIN"
        case .secFetchSite: "HTTP_SEC_FETCH_SITE"
        case .cookie: "HTTP_COOKIE"
        case .authorization: "HTTP_AUTHORIZATION"
        case .userAgent: "HTTP_USER_AGENT"
        case .remoteAddress: "REMOTE_ADDR"
        case .accessControlRequestMethod: "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
        case .authRequire: "AUTH_REQUIRE"
        case .authRequestID: "AUTH_REQUEST_ID"
        }
    }

    /// The parameter of exactly this name, or nil for any other; allocates nothing.
    public static func named(_ bytes: UnsafeRawBufferPointer) -> RequestParameter? {
        guard bytes.count < byLength.count, let start = bytes.baseAddress else { return nil }
        for candidate in byLength[bytes.count] where memcmp(candidate.rawName.utf8Start, start, bytes.count) == 0 {
            return candidate
        }
        return nil
    }

    /// Every parameter, filed under the length of its name: at most a few to compare.
    private static let byLength: [[RequestParameter]] = {
        let longest = allCases.map(\.rawName.utf8CodeUnitCount).max() ?? 0
        var table = [[RequestParameter]](repeating: [], count: longest + 1)
        for parameter in allCases { table[parameter.rawName.utf8CodeUnitCount].append(parameter) }
        return table
    }()
}
