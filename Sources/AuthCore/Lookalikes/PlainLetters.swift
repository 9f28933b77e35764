extension Lookalikes {
    /// What readers take for a plain letter and ICU's data keep apart: the small capitals, the palochka,
    /// which stands there as an i though it is an l to the eye (the `аррӏе` of 2017), letters of other
    /// alphabets in the shape of a small capital, and two v in a row.
    static func plain(_ text: String) -> String {
        let letters = text.unicodeScalars.map { plainLetters[$0] ?? $0 }
        var plain = String.UnicodeScalarView()
        var index = letters.startIndex
        while index < letters.endIndex {
            let isDouble = letters[index] == "v" && index + 1 < letters.endIndex && letters[index + 1] == "v"
            plain.append(isDouble ? "w" : letters[index])
            index += isDouble ? 2 : 1
        }
        return String(plain)
    }

    private static let plainLetters: [Unicode.Scalar: Unicode.Scalar] = [
        "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j",
        "ᴋ": "k", "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u",
        "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z",
        "ӏ": "l", "к": "k", "κ": "k", "ĸ": "k", "м": "m", "т": "t", "н": "h", "в": "b", "є": "e", "ε": "e",
        "ь": "b", "τ": "t",
    ]
}
