@testable import HTTP

/// Headers are separated by NUL, which no parameter can hold. Ours is the name `__Host-access`.
@Sendable func checkCookie(_ bytes: [UInt8]) {
    let headers = bytes.split(separator: 0, omittingEmptySubsequences: false).map { text($0) }
    let name = "__Host-access"
    let found = CookieLookup.find(name, in: headers)

    var values: [[UInt8]] = []
    for header in headers { values += cookieValues(of: Array(name.utf8), in: Array(header.utf8)) }
    switch found {
    case .absent: promise(values.isEmpty, "a cookie is overlooked")
    case .value(let value):
        promise(!values.isEmpty && values.allSatisfy { $0 == Array(value.utf8) }, "the value is another")
        let mayBeSent = value.utf8.allSatisfy { $0 == 9 || ($0 >= 0x20 && $0 < 0x7F) }
        promise(((try? HeaderValue(value)) != nil) == mayBeSent, "CR, LF or NUL gets into a header")
    case .conflicting: promise(Set(values).count > 1, "a conflict without two values")
    }
    promise(found != .absent || CookieLookup.find(name, in: headers.reversed()) == .absent, "order hides a cookie")
    if case .conflicting = CookieLookup.find(name, in: headers.reversed()) {
        promise(found == .conflicting, "order hides a conflict")
    }
}

/// Every value of the name in one header, byte by byte, as RFC 6265 section 4.2 writes it.
private func cookieValues(of name: [UInt8], in header: [UInt8]) -> [[UInt8]] {
    var values: [[UInt8]] = []
    var key: [UInt8] = []
    var value: [UInt8]?
    for byte in header + [UInt8(ascii: ";")] {
        if byte == UInt8(ascii: ";") {
            if let value, stripped(key) == name { values.append(stripped(value)) }
            (key, value) = ([], nil)
        } else if value != nil {
            value?.append(byte)
        } else if byte == UInt8(ascii: "=") {
            value = []
        } else {
            key.append(byte)
        }
    }
    return values
}

private func stripped(_ bytes: [UInt8]) -> [UInt8] {
    guard let first = bytes.firstIndex(where: { $0 != 32 && $0 != 9 }),
        let last = bytes.lastIndex(where: { $0 != 32 && $0 != 9 })
    else { return [] }
    return Array(bytes[first...last])
}
