import Encoding
import Secrets

@testable import HTTP

/// A form says what a slow reader of it says, or nothing; encoded again it says the same.
@Sendable func checkForm(_ bytes: [UInt8]) {
    let expected = formPairs(bytes)
    guard let form = try? FormBody(parsing: SecretBytes(copying: bytes)) else {
        return promise(expected == nil, "a form is refused")
    }
    guard let expected else { return promise(false, "a form of two meanings is read") }
    for (name, value) in expected {
        promise(form.string(name).map { Array($0.utf8) } == Array(value.utf8), "a field has another value")
    }
    let encoded = expected.map { PercentEncoding.encode($0.0) + "=" + PercentEncoding.encode($0.1) }
    let again = try? FormBody(parsing: SecretBytes(copying: encoded.joined(separator: "&").utf8))
    for (name, value) in expected {
        promise(again?.string(name).map { Array($0.utf8) } == Array(value.utf8), "encoding loses a field")
    }
}

/// WHATWG URL section 5.1, strictly: nil for a broken escape, for what is not UTF-8, for a name
/// twice and for more fields than are allowed.
private func formPairs(_ bytes: [UInt8]) -> [(String, String)]? {
    var pairs: [(String, String)] = []
    for piece in bytes.split(separator: UInt8(ascii: "&")) {
        let halves = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = unescaped(Array(halves[0])), let value = unescaped(halves.count > 1 ? Array(halves[1]) : [])
        else { return nil }
        guard !pairs.contains(where: { Array($0.0.utf8) == Array(name.utf8) }) else { return nil }
        pairs.append((name, value))
    }
    return pairs.count <= FormBody.maximumFields ? pairs : nil
}

private func unescaped(_ bytes: [UInt8]) -> String? {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "%") {
            guard index + 2 < bytes.count, let value = hexadecimal(bytes[index + 1], bytes[index + 2]) else {
                return nil
            }
            result.append(value)
            index += 3
        } else {
            result.append(bytes[index] == UInt8(ascii: "+") ? 0x20 : bytes[index])
            index += 1
        }
    }
    return String(validating: result, as: UTF8.self)
}

/// Two digits, and not a sign and a digit as the standard library would take.
func hexadecimal(_ high: UInt8, _ low: UInt8) -> UInt8? {
    let digits = Array("0123456789abcdef".utf8)
    guard let high = digits.firstIndex(of: high >= 0x41 && high <= 0x46 ? high | 0x20 : high),
        let low = digits.firstIndex(of: low >= 0x41 && low <= 0x46 ? low | 0x20 : low)
    else { return nil }
    return UInt8(high * 16 + low)
}
