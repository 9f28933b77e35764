/// A slow reader of JSON (RFC 8259) written apart from ours, to compare with: over Unicode scalars,
/// with the text's UTF-8 checked by the standard library.
indirect enum ReferenceJSON: Equatable {
    case null
    case bool(Bool)
    /// As it was written.
    case number(String)
    case string([UInt8])
    case array([ReferenceJSON])
    /// Names as UTF-8, in the order written.
    case object([Member])

    struct Member: Equatable {
        let name: [UInt8]
        let value: ReferenceJSON
    }

    /// Nil for what is not JSON, names a member twice or is nested deeper than `depth`.
    static func parse(_ bytes: [UInt8], depth: Int) -> ReferenceJSON? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var reader = ReferenceReader(rest: Array(text.unicodeScalars)[...], depth: depth)
        guard let value = reader.value(), reader.blank(), reader.rest.isEmpty else { return nil }
        return value
    }

    /// The member of an object.
    subscript(_ name: String) -> ReferenceJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == Array(name.utf8) }?.value
    }

    var text: String? { if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil } }

    /// Of a number in digits alone.
    var integer: Int64? {
        guard case .number(let digits) = self, !digits.contains(where: { ".eE".contains($0) }) else { return nil }
        return Int64(digits)
    }
}

private struct ReferenceReader {
    var rest: ArraySlice<Unicode.Scalar>
    var depth: Int

    mutating func blank() -> Bool {
        rest = rest.drop { " \t\n\r".unicodeScalars.contains($0) }
        return true
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func take(word: String) -> Bool { word.unicodeScalars.allSatisfy { take($0) } }

    mutating func value() -> ReferenceJSON? {
        _ = blank()
        switch rest.first {
        case "{": return nested { $0.object() }
        case "[": return nested { $0.array() }
        case "\"": return string().map { .string($0) }
        case "t": return take(word: "true") ? .bool(true) : nil
        case "f": return take(word: "false") ? .bool(false) : nil
        case "n": return take(word: "null") ? .null : nil
        default: return number()
        }
    }

    private mutating func nested(_ read: (inout Self) -> ReferenceJSON?) -> ReferenceJSON? {
        guard depth > 0 else { return nil }
        rest = rest.dropFirst()
        depth -= 1
        defer { depth += 1 }
        return read(&self)
    }

    private mutating func object() -> ReferenceJSON? {
        var members: [ReferenceJSON.Member] = []
        _ = blank()
        if take("}") { return .object([]) }
        while true {
            _ = blank()
            guard let name = string(), blank(), take(":"), let value = value() else { return nil }
            if members.contains(where: { $0.name == name }) { return nil }
            members.append(.init(name: name, value: value))
            _ = blank()
            if take(",") { continue }
            return take("}") ? .object(members) : nil
        }
    }

    private mutating func array() -> ReferenceJSON? {
        var elements: [ReferenceJSON] = []
        _ = blank()
        if take("]") { return .array([]) }
        while true {
            guard let value = value() else { return nil }
            elements.append(value)
            _ = blank()
            if take(",") { continue }
            return take("]") ? .array(elements) : nil
        }
    }
}

extension ReferenceReader {
    /// The characters between quotes, unescaped.
    fileprivate mutating func string() -> [UInt8]? {
        guard take("\"") else { return nil }
        var units: [UInt16] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                // Lone surrogates do not make a string.
                return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
            case "\\":
                guard let unit = escape() else { return nil }
                units.append(unit)
            case "\u{0}"..."\u{1F}": return nil
            default: units += Array(String(scalar).utf16)
            }
        }
        return nil
    }

    private mutating func escape() -> UInt16? {
        let plain: [Unicode.Scalar: UInt16] = [
            "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        guard let letter = rest.popFirst() else { return nil }
        if let unit = plain[letter] { return unit }
        let digits = rest.prefix(4)
        guard letter == "u", digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit })
        else { return nil }
        rest = rest.dropFirst(4)
        return UInt16(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    fileprivate mutating func number() -> ReferenceJSON? {
        var digits = ""
        func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }
        func run(_ reader: inout Self) -> Bool {
            guard isDigit(reader.rest.first) else { return false }
            while isDigit(reader.rest.first), let next = reader.rest.popFirst() { digits.unicodeScalars.append(next) }
            return true
        }
        if take("-") { digits += "-" }
        if take("0") { digits += "0" } else { guard run(&self) else { return nil } }
        if take(".") {
            digits += "."
            guard run(&self) else { return nil }
        }
        if let letter = rest.first, letter == "e" || letter == "E" {
            digits.unicodeScalars.append(letter)
            rest = rest.dropFirst()
            if let sign = rest.first, sign == "+" || sign == "-" {
                digits.unicodeScalars.append(sign)
                rest = rest.dropFirst()
            }
            guard run(&self) else { return nil }
        }
        return .number(digits)
    }
}
