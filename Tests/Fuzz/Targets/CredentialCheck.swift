@testable import Authentication
@testable import HTTP

/// What counts as the token of a request: NUL separates the Cookie header from Authorization, which
/// alone counts when it is there. The client's address is read from the same bytes.
@Sendable func checkCredential(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map { text($0) }
    var request = Request(parameters: [(.cookie, parts[0])])
    if parts.count > 1 { request.add(.authorization, parts[1]) }
    let credential = Credential(request, cookieName: "__Host-access")
    switch credential {
    case .bearer(let token):
        promise(parts.count > 1, "a bearer token without its header")
        promise(!token.isEmpty && token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a byte that is no token's")
        let header = parts[parts.count - 1]
        promise(header.prefix(6).lowercased() == "bearer" && header.hasSuffix(" " + token), "not the header's token")
    case .cookie(let value):
        promise(parts.count == 1, "a cookie counts beside Authorization")
        promise(request.cookie(named: "__Host-access") == .value(value), "not the cookie's value")
    case .absent, .conflictingCookies: promise(parts.count == 1, "Authorization is passed over")
    case .malformedAuthorization: promise(parts.count > 1, "malformed what was not sent")
    }
    let address = ClientAddress(parts[0])
    promise(address == .unknown || ClientAddress(address.text) == address, "an address has two spellings")
    promise(address.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && address.text.utf8.count < 46, "no address")
}
