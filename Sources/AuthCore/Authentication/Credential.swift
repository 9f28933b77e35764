public import HTTP

/// The access token that came with a request. Not judged yet.
public enum Credential: Equatable, Sendable {
    case absent
    case cookie(String)
    case bearer(String)
    /// Two access cookies that differ: a sibling host may have planted one of them.
    case conflictingCookies
    /// An Authorization header that is not one bearer token. It alone counts, so a good cookie
    /// beside it changes nothing.
    case malformedAuthorization

    /// The token of one request. Where an Authorization header is present it alone counts
    /// (RFC 6750 section 2: one way to send the token, never two).
    public init(_ request: Request, cookieName: String) {
        switch request.lookup(.authorization) {
        case .absent:
            switch request.cookie(named: cookieName) {
            case .absent: self = .absent
            case .value(let token): self = .cookie(token)
            case .conflicting: self = .conflictingCookies
            }
        case .conflicting: self = .malformedAuthorization
        case .value(let header): self = Self.bearerToken(header).map(Credential.bearer) ?? .malformedAuthorization
        }
    }

    /// `Bearer` in any case, one or more spaces, then one token68 (RFC 6750 section 2.1).
    private static func bearerToken(_ header: String) -> String? {
        let scheme = "bearer"
        let bytes = header.utf8
        guard bytes.count > scheme.utf8.count,
            zip(bytes, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 })
        else { return nil }
        let rest = bytes.dropFirst(scheme.utf8.count)
        guard rest.first == 0x20 else { return nil }
        let token = rest.drop { $0 == 0x20 }
        guard !token.isEmpty, token.allSatisfy(isToken68) else { return nil }
        return String(token)
    }
}

private func isToken68(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "-._~+/=".utf8.contains(byte)
    }
}
