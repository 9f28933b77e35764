import Glibc

/// Passwords that guessers try first. The whole password is compared, never a part of it
/// (NIST SP 800-63B-4 section 3.1.1.2): the list itself, one of it repeated, and two of it joined,
/// which is what common passwords of 15 characters and more are. What is weak in other ways is
/// `StrengthEstimate`'s to find.
enum CommonPasswords {
    /// Shortest entry, in bytes.
    static let shortest = 8

    /// - Parameter password: case-folded, in UTF-8.
    static func contains(_ password: UnsafeRawBufferPointer) -> Bool {
        isListed(password[...]) || isRepetition(password) || isPair(password)
    }

    private static func isRepetition(_ password: UnsafeRawBufferPointer) -> Bool {
        let units = shortest..<max(shortest, password.count / 2 + 1)
        return units.contains { length in
            password.count % length == 0
                && password.dropFirst(length).elementsEqual(password.dropLast(length))
                && isListed(password.prefix(length))
        }
    }

    private static func isPair(_ password: UnsafeRawBufferPointer) -> Bool {
        let cuts = shortest..<max(shortest, password.count - shortest + 1)
        return cuts.contains { isListed(password.prefix($0)) && isListed(password.dropFirst($0)) }
    }

    private static func isListed(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        let text = UnsafeRawBufferPointer(start: list.utf8Start, count: list.utf8CodeUnitCount)
        let word = UnsafeRawBufferPointer(rebasing: word)
        var (low, high) = (0, text.count)
        while low < high {
            var start = (low + high) / 2
            while start > low, !isSeparator(text[start - 1]) { start -= 1 }
            var end = start
            while end < high, !isSeparator(text[end]) { end += 1 }
            let order = compare(word, UnsafeRawBufferPointer(rebasing: text[start..<end]))
            if order == 0 { return !word.isEmpty }
            if order < 0 { high = start } else { low = end + 1 }
        }
        return false
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte <= 0x20 }

    /// The order of the list: by bytes, a beginning before what it begins.
    private static func compare(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Int {
        guard let first = one.baseAddress, let second = other.baseAddress else { return one.count - other.count }
        let order = memcmp(first, second, min(one.count, other.count))
        return order != 0 ? Int(order) : one.count - other.count
    }
}
