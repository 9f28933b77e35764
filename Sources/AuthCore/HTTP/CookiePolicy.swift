/// Why a cookie can't be made.
public enum CookieError: Error, Equatable, Sendable {
    /// A byte outside `cookie-octet` of RFC 6265 §4.1.1.
    case invalidValue
    /// Not a host name.
    case invalidDomain
    /// Name and value are longer than browsers keep.
    case tooLong
    /// `SameSite=None`, or a Domain, without Secure.
    case needsSecure
}

/// The SameSite attribute, spelled as in Set-Cookie.
public enum SameSite: String, Sendable {
    case lax = "Lax"
    case strict = "Strict"
    case none = "None"
}

/// What the cookies are called. The prefix makes the browser itself refuse a cookie of this
/// name that was set with less than the attributes it stands for (RFC 6265bis §4.1.3).
public struct CookieNames: Equatable, Sendable {
    public let access: String
    public let refresh: String
    public let device: String

    init(secure: Bool, domain: String?) {
        let prefix = secure ? (domain == nil ? "__Host-" : "__Secure-") : ""
        access = prefix + "access"
        refresh = prefix + "refresh"
        device = prefix + "device"
    }
}

/// The names and attributes of the cookies, decided once from the settings: what sets a cookie
/// and what clears it can't differ. Holds no token.
public struct CookiePolicy: Sendable {
    public let names: CookieNames
    let secure: Bool
    let domain: String?
    let sameSite: SameSite

    /// - Parameters:
    ///   - secure: off only for development over http; then the names have no prefix.
    ///   - domain: shares the cookies with subdomains of this host; nil keeps them to one host.
    public init(secure: Bool = true, domain: String? = nil, sameSite: SameSite = .lax) throws(CookieError) {
        guard secure || (domain == nil && sameSite != .none) else { throw .needsSecure }
        if let domain, !isHostName(domain) { throw .invalidDomain }
        names = CookieNames(secure: secure, domain: domain)
        self.secure = secure
        self.domain = domain
        self.sameSite = sameSite
    }

    /// The access cookie, which the browser drops when the token has expired.
    public func access(_ token: String, lifetime: Duration) throws(CookieError) -> SetCookie {
        try SetCookie(name: names.access, value: token, maxAge: lifetime, policy: self)
    }

    /// The refresh cookie. It ends with the browser unless the visitor asked to be remembered; then
    /// it lives as long as the session may idle.
    public func refresh(_ token: String, idle: Duration, remember: Bool) throws(CookieError) -> SetCookie {
        try SetCookie(name: names.refresh, value: token, maxAge: remember ? idle : nil, policy: self)
    }

    /// The device cookie. No session depends on it, so a logout leaves it.
    public func device(_ value: String, lifetime: Duration) throws(CookieError) -> SetCookie {
        try SetCookie(name: names.device, value: value, maxAge: lifetime, policy: self)
    }

    /// Makes the browser forget the access cookie.
    public var clearedAccess: SetCookie { SetCookie(clearing: names.access, policy: self) }
    /// Makes the browser forget the refresh cookie.
    public var clearedRefresh: SetCookie { SetCookie(clearing: names.refresh, policy: self) }
    /// Makes the browser forget the session: access and refresh cookie.
    public var cleared: [SetCookie] { [clearedAccess, clearedRefresh] }
}

/// Letters, digits, hyphens and single dots between them, at most 253 bytes: a name that can stand
/// in a Domain attribute or an origin. Lower case only, so that one host has one spelling.
func isHostName(_ text: some StringProtocol) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
        guard (1...63).contains(label.count) else { return false }
        guard label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else { return false }
        return label.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
