/// One Set-Cookie value, whole: `__Host-access=…; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=900`.
///
/// Every byte was checked when it was built, so it can't hold a CR, an LF, or a `;` that would
/// start an attribute of somebody else's choosing.
public struct SetCookie: Hashable, Sendable {
    /// Name and value together, in bytes; browsers drop a longer cookie whole (RFC 6265bis §5.6).
    public static let maximumBytes = 4096
    /// Browsers cap Max-Age at 400 days (RFC 6265bis §5.5).
    static let maximumAgeSeconds: Int64 = 400 * 86_400

    /// The value of the header.
    public let headerValue: HeaderValue

    init(name: String, value: String, maxAge: Duration?, policy: CookiePolicy) throws(CookieError) {
        guard value.utf8.allSatisfy(isCookieOctet) else { throw .invalidValue }
        guard name.utf8.count + value.utf8.count <= Self.maximumBytes else { throw .tooLong }
        let seconds = maxAge.map { min(max($0.components.seconds, 0), Self.maximumAgeSeconds) }
        let text = Self.text(name: name, value: value, seconds: seconds, policy: policy)
        do { headerValue = try HeaderValue(text) } catch { throw .invalidValue }
    }

    /// Empties a cookie and ends it. The attributes are those it was set with, or the browser would
    /// keep the old one beside it.
    init(clearing name: String, policy: CookiePolicy) {
        // Name and domain were checked when the policy was made, and nothing else is variable.
        headerValue = HeaderValue(known: Self.text(name: name, value: "", seconds: 0, policy: policy))
    }

    private static func text(name: String, value: String, seconds: Int64?, policy: CookiePolicy) -> String {
        var text = "\(name)=\(value); Path=/; HttpOnly"
        if policy.secure { text += "; Secure" }
        text += "; SameSite=\(policy.sameSite.rawValue)"
        if let domain = policy.domain { text += "; Domain=\(domain)" }
        if let seconds { text += "; Max-Age=\(seconds)" }
        return text
    }
}

extension Response {
    /// Adds a Set-Cookie header beside those already there.
    public mutating func add(_ cookie: SetCookie) {
        add(.setCookie, cookie.headerValue)
    }
}

/// `cookie-octet` of RFC 6265 §4.1.1: visible ASCII without `"` `,` `;` and `\`.
private func isCookieOctet(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
    default: false
    }
}
