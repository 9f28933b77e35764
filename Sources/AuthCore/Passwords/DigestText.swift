/// One field of a stored digest, between two `$`.
typealias DigestField = Substring.UTF8View

/// What the forms of stored digests have in common. All of them are ASCII.
enum DigestText {
    static func fields(_ text: String) -> [DigestField] {
        text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    }

    /// A positive decimal number of at most ten digits, without sign or leading zero.
    static func number(_ digits: DigestField) -> Int? {
        guard (1...10).contains(digits.count), digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    static func number(_ field: DigestField, named name: String) -> Int? {
        guard field.starts(with: name.utf8) else { return nil }
        return number(field.dropFirst(name.utf8.count))
    }

    /// The value of a character of crypt(3)'s base64: `./0-9A-Za-z`.
    static func value(ofCrypt character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "."): 0
        case UInt8(ascii: "/")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "/")) + 1
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character - UInt8(ascii: "A")) + 12
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character - UInt8(ascii: "a")) + 38
        default: nil
        }
    }

    /// Whether all of the field are characters of crypt(3)'s base64.
    static func isCrypt(_ field: DigestField) -> Bool {
        field.allSatisfy { value(ofCrypt: $0) != nil }
    }

    /// Whether crypt(3) takes the field as a salt: printable, and nothing that ends a field of a shadow file.
    static func isSalt(_ field: DigestField) -> Bool {
        field.allSatisfy { (0x21...0x7e).contains($0) && !"$:;*!\\".utf8.contains($0) }
    }
}
