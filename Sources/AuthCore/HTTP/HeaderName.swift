/// The name of a response header: a token of RFC 9110 §5.6.2, so it can't end the line or the name early.
public struct HeaderName: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public var description: String { text }

    /// nil unless every byte is a token character.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy(isTokenByte) else { return nil }
        self.text = text
    }

    /// A name written in the source. Stops the program on a wrong one.
    private init(constant text: StaticString) {
        let text = String(describing: text)
        precondition(!text.isEmpty && text.utf8.allSatisfy(isTokenByte))
        self.text = text
    }

    /// Names are compared as HTTP does, without regard to case.
    public static func == (left: HeaderName, right: HeaderName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8) { asciiLowercased($0) == asciiLowercased($1) }
    }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(asciiLowercased(byte)) }
    }

    public static let accessControlAllowCredentials = HeaderName(constant: "Access-Control-Allow-Credentials")
    public static let accessControlAllowHeaders = HeaderName(constant: "Access-Control-Allow-Headers")
    public static let accessControlAllowMethods = HeaderName(constant: "Access-Control-Allow-Methods")
    public static let accessControlAllowOrigin = HeaderName(constant: "Access-Control-Allow-Origin")
    public static let accessControlExposeHeaders = HeaderName(constant: "Access-Control-Expose-Headers")
    public static let accessControlMaxAge = HeaderName(constant: "Access-Control-Max-Age")
    public static let allow = HeaderName(constant: "Allow")
    public static let cacheControl = HeaderName(constant: "Cache-Control")
    public static let contentType = HeaderName(constant: "Content-Type")
    public static let location = HeaderName(constant: "Location")
    public static let retryAfter = HeaderName(constant: "Retry-After")
    public static let setCookie = HeaderName(constant: "Set-Cookie")
    public static let vary = HeaderName(constant: "Vary")
    public static let wwwAuthenticate = HeaderName(constant: "WWW-Authenticate")
    public static let authUser = HeaderName(constant: "X-Auth-User")
    public static let authUserID = HeaderName(constant: "X-Auth-User-Id")
    public static let authEmail = HeaderName(constant: "X-Auth-Email")
    public static let authRoles = HeaderName(constant: "X-Auth-Roles")
    public static let authSession = HeaderName(constant: "X-Auth-Session")
    public static let authLogin = HeaderName(constant: "X-Auth-Login")
    public static let authReason = HeaderName(constant: "X-Auth-Reason")
    public static let authSetAccess = HeaderName(constant: "X-Auth-Set-Access")
    public static let authSetRefresh = HeaderName(constant: "X-Auth-Set-Refresh")
    public static let requestID = HeaderName(constant: "X-Request-ID")
}

/// The byte, in lower case if it is an ASCII letter.
func asciiLowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}

/// `tchar` of RFC 9110 §5.6.2.
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
        UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
        true
    default: false
    }
}
