/// What a client's Cookie headers say about one name.
public enum CookieLookup: Equatable, Sendable {
    case absent
    case value(String)
    /// The name came with two different values. Another host of the site may have planted one, and
    /// the order of cookies says nothing about which (RFC 6265bis §4.2.2).
    case conflicting

    /// Reads every header as bytes. Only SP and HTAB around a name or value are dropped, a name must
    /// match to the byte, quotes belong to the value, and `$Version` means nothing: a name that
    /// only looks like ours to a lenient reader (U+00A0 before it, say) is not ours. A pair
    /// without a name, which a browser may send as `=__Host-access=x`, is skipped.
    public static func find(_ name: String, in headers: [String]) -> CookieLookup {
        var found = CookieLookup.absent
        for header in headers {
            for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")),
                    trimmed(pair[..<equals]).elementsEqual(name.utf8)
                else { continue }
                let value = String(decoding: trimmed(pair[pair.index(after: equals)...]), as: UTF8.self)
                if case .value(let earlier) = found, !earlier.utf8.elementsEqual(value.utf8) { return .conflicting }
                found = .value(value)
            }
        }
        return found
    }

    private static func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return bytes
    }
}

extension Request {
    /// What all Cookie headers together say about one name.
    public func cookie(named name: String) -> CookieLookup {
        CookieLookup.find(name, in: values(.cookie))
    }
}
