import Passwords
import Secrets

/// What a guesser knows of one account: its names and the site's, and the words they are made of.
struct PersonalWords {
    /// Case-folded, in UTF-8, the longest first.
    let words: [[UInt8]]

    /// Shortest word, in code points: shorter ones are in every other password by chance.
    private static let shortest = 3
    /// Most words that are looked at, so that a name of many dots makes no work.
    private static let maximum = 24
    /// Digits that may stand beside a name without making a password of it.
    private static let digitsThatAddNothing = 4

    /// - Parameters:
    ///   - names: user name and e-mail address, as far as they are known.
    ///   - site: the host that the site is known by.
    init(names: [String], site: String) {
        let whole = (names + [site]).compactMap(Self.folded)
        let parts = whole.flatMap { $0.unicodeScalars.split { !Self.isWordCharacter($0) }.map(String.init) }
        // Of an address, what stands before the @ is a name by itself.
        let locals = whole.compactMap { $0.split(separator: "@").first.map(String.init) }
        var words: [String] = []
        for word in whole + locals + parts where !words.contains(word) {
            guard word.unicodeScalars.count >= Self.shortest, words.count < Self.maximum else { continue }
            guard word.unicodeScalars.contains(where: { !("0"..."9").contains($0) }) else { continue }
            words.append(word)
        }
        self.words = words.map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// Whether the password is nothing but such words, in any number, with a few digits and signs.
    /// A passphrase that merely contains one has letters that are none of them.
    /// - Parameter password: case-folded, in UTF-8.
    func makeUp(_ password: UnsafeRawBufferPointer) -> Bool {
        var (index, digits, found) = (0, 0, false)
        while index < password.count {
            if let word = words.first(where: { password[index...].starts(with: $0) }) {
                index += word.count
                found = true
                continue
            }
            switch password[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...: return false
            default: break
            }
            index += 1
        }
        return found && digits <= Self.digitsThatAddNothing
    }

    private static func folded(_ name: String) -> String? {
        guard let folded = PasswordRules.caseFolded(SecretBytes(copying: name.utf8)) else { return nil }
        return folded.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9": true
        default: !scalar.isASCII
        }
    }
}
