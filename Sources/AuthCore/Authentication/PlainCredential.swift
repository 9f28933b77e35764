import Glibc
public import HTTP

/// The access token of a request that says plainly which one it sends, where its bytes lie.
///
/// What `Credential` says of such a request, with nothing copied: it finds the same token, or none.
/// Whatever is not plain (two cookies of the name, say) is for `Credential` to judge.
public struct PlainCredential {
    /// The cookie's name and its `=`.
    private let cookie: [UInt8]

    public init(cookieName: String) {
        cookie = Array(cookieName.utf8) + [UInt8(ascii: "=")]
    }

    /// The one token of this name in a Cookie header; nil where there is none, or the name comes twice.
    public func token(inCookie header: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var found: UnsafeRawBufferPointer?
        var rest = header
        while !rest.isEmpty {
            let end = rest.offset(of: UInt8(ascii: ";")) ?? rest.count
            let pair = UnsafeRawBufferPointer(rebasing: rest[..<end]).trimmed
            if pair.begins(with: cookie) {
                guard found == nil else { return nil }
                found = UnsafeRawBufferPointer(rebasing: pair[cookie.count...]).trimmed
            } else if isSpacedName(pair) {
                return nil
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[min(end + 1, rest.count)...])
        }
        return found
    }

    /// The token of an Authorization header; nil where it is not of the scheme `Bearer`.
    public func token(inAuthorization header: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let scheme: StaticString = "bearer"
        guard header.count > scheme.utf8CodeUnitCount, header[scheme.utf8CodeUnitCount] == 0x20 else { return nil }
        for index in 0..<scheme.utf8CodeUnitCount where header[index] | 0x20 != scheme.utf8Start[index] { return nil }
        var start = scheme.utf8CodeUnitCount
        while start < header.count, header[start] == 0x20 { start += 1 }
        return UnsafeRawBufferPointer(rebasing: header[start...])
    }

    /// The cookie's token, where one Cookie header is all that says anything.
    public func token(in request: Request) -> String? {
        guard request.lookup(.authorization) == .absent, case .value(var header) = request.lookup(.cookie) else {
            return nil
        }
        guard request.values(.cookie).count == 1 else { return nil }
        return header.withUTF8 { bytes in
            token(inCookie: UnsafeRawBufferPointer(bytes)).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// `name =value`, which counts as well but which nobody sends.
    private func isSpacedName(_ pair: UnsafeRawBufferPointer) -> Bool {
        guard let equals = pair.offset(of: UInt8(ascii: "=")), equals > 0 else { return false }
        return pair[equals - 1] == 0x20 || pair[equals - 1] == 0x09
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func offset(of byte: UInt8) -> Int? {
        guard let start = baseAddress, let found = memchr(start, Int32(byte), count) else { return nil }
        return UnsafeRawPointer(found) - start
    }

    fileprivate func begins(with bytes: [UInt8]) -> Bool {
        guard let start = baseAddress, count >= bytes.count else { return false }
        return memcmp(start, bytes, bytes.count) == 0
    }

    /// Without SP and HTAB at both ends.
    fileprivate var trimmed: UnsafeRawBufferPointer {
        var (start, end) = (0, count)
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
