/// RFC 5892 appendix A.3 to A.9: code points that are letters' companions and mean something else alone.
enum ContextRule {
    /// Whether the contextual code point at `index` stands where its rule allows it.
    static func allows(_ index: Int, in name: [Unicode.Scalar]) -> Bool {
        let before: Unicode.Scalar? = index > 0 ? name[index - 1] : nil
        let after: Unicode.Scalar? = index + 1 < name.count ? name[index + 1] : nil
        switch name[index].value {
        case 0x00B7:  // A.3 middle dot, as in Catalan; either case, since case is mapped afterwards
            return isLetterL(before) && isLetterL(after)
        case 0x0375:  // A.4 Greek keraia
            return after.map(isGreek) ?? false
        case 0x05F3, 0x05F4:  // A.5, A.6 Hebrew geresh and gershayim
            return before.map(isHebrew) ?? false
        case 0x30FB:  // A.7 katakana middle dot
            return name.contains(where: isJapanese)
        case 0x0660...0x0669:  // A.8 Arabic-Indic digits, never with the extended ones: they look alike
            return !name.contains { (0x06F0...0x06F9).contains($0.value) }
        case 0x06F0...0x06F9:  // A.9
            return !name.contains { (0x0660...0x0669).contains($0.value) }
        default:
            return false
        }
    }

    private static func isLetterL(_ scalar: Unicode.Scalar?) -> Bool {
        scalar == "l" || scalar == "L"
    }

    /// Script=Greek, without the symbols that `IdentifierClass` refuses anyway.
    private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0370...0x0373, 0x0375...0x0377, 0x037A...0x037D, 0x037F, 0x0384, 0x0386, 0x0388...0x03E1,
            0x03F0...0x03FF, 0x1F00...0x1FFE:
            true
        default: false
        }
    }

    private static func isHebrew(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0591...0x05C7, 0x05D0...0x05EA, 0x05EF...0x05F4, 0xFB1D...0xFB4F: true
        default: false
        }
    }

    /// Script=Hiragana, Katakana or Han; the katakana middle dot itself is none of them.
    private static func isJapanese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF, 0x3005, 0x3007,
            0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x1B000...0x1B16F,
            0x20000...0x323AF:
            true
        default: false
        }
    }
}
