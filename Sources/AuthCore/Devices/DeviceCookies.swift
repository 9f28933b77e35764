public import HTTP
public import Identity

/// The device cookie of a browser: read at a login, and set anew by what logs in.
public struct DeviceCookies: Sendable {
    private let codec: DeviceCodec
    private let cookies: CookiePolicy

    public init(_ codec: DeviceCodec, cookies: CookiePolicy) {
        self.codec = codec
        self.cookies = cookies
    }

    /// The browser, if it shows one cookie of ours; nil as well where two differ.
    public func device(_ request: Request) -> Device? {
        guard case .value(let text) = request.cookie(named: cookies.names.device) else { return nil }
        return codec.decode(text)
    }

    /// The cookie after a login, with the browser's other accounts kept.
    public func cookie(
        afterLoginTo account: AccountID, of request: Request, at now: Timestamp
    ) throws(CookieError) -> SetCookie {
        let device = device(request)?.loggedIn(to: account, at: now) ?? Device(loggedInTo: account, at: now)
        return try cookies.device(codec.encode(device), lifetime: Device.lifetime)
    }
}
