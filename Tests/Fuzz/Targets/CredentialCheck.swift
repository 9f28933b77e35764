@testable import Authentication
@testable import HTTP

/// What counts as the token of a request: NUL separates the Cookie header from Authorization, which
/// alone counts when it is there. The client's address is read from the same bytes.
@Sendable func checkCredential(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map { text($0) }
    var request = Request(parameters: [(.cookie, parts[0])])
    if parts.count > 1 { request.add(.authorization, parts[1]) }
    let credential = Credential(request, cookieName: "__Host-access")
    checkPlain(parts, credential)
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

/// A token found where it lies is the one that was judged, as far as it can be a token of ours.
private func checkPlain(_ parts: [String], _ credential: Credential) {
    let plain = PlainCredential(cookieName: "__Host-access")
    var header = parts[parts.count - 1]
    let found = header.withUTF8 { bytes -> String? in
        let bytes = UnsafeRawBufferPointer(bytes)
        let token = parts.count > 1 ? plain.token(inAuthorization: bytes) : plain.token(inCookie: bytes)
        return token.map { text($0) }
    }
    guard let found, !found.isEmpty,
        found.utf8.allSatisfy({ $0 == 0x2D || $0 == 0x2E || $0 == 0x5F || isAlphanumeric($0) })
    else { return }
    promise(credential == (parts.count > 1 ? .bearer(found) : .cookie(found)), "another token where it lies")
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
}
