internal import CUTF8Proc

// What libutf8proc's tables say of a code point. One library answers all but one question, so that
// categories, case and normalisation are of the same Unicode version.

extension Unicode.Scalar {
    private var properties: utf8proc_property_t {
        // Never null: for a code point it does not know, the library points at an entry of its own.
        utf8proc_get_property(Int32(value)).pointee
    }

    private var category: utf8proc_category_t {
        utf8proc_category(Int32(value))
    }

    var isUnassigned: Bool { category == UTF8PROC_CATEGORY_CN }

    var isDefaultIgnorable: Bool { properties.ignorable != 0 }

    /// LetterDigits, RFC 8264 section 9.1.
    var isLetterOrDigit: Bool {
        switch category {
        case UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO, UTF8PROC_CATEGORY_ND,
            UTF8PROC_CATEGORY_LM, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC:
            true
        default: false
        }
    }

    var isCombiningMark: Bool {
        [UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME].contains(category)
    }

    var bidiClass: utf8proc_bidi_class_t {
        utf8proc_bidi_class_t(UInt32(properties.bidi_class))
    }

    /// HasCompat, RFC 8264 section 9.17: NFKC makes something else of it.
    var hasCompatibilityMapping: Bool {
        normalize([self], .compatible) != [self]
    }

    /// The width-mapping rule, RFC 8265 section 3.3.1: fullwidth and halfwidth forms become the
    /// ordinary ones. Halfwidth Hangul is left alone: it stands for compatibility jamo, which the
    /// IdentifierClass refuses, as it then refuses these.
    var widthMapped: [Unicode.Scalar] {
        let type = utf8proc_decomp_type_t(UInt32(properties.decomp_type))
        guard type == UTF8PROC_DECOMP_TYPE_WIDE || type == UTF8PROC_DECOMP_TYPE_NARROW else { return [self] }
        guard !(0xFFA0...0xFFDC).contains(value) else { return [self] }
        return normalize([self], .compatible) ?? [self]
    }

    /// Unicode's toLowercase without its one context rule, which `lowercased` of a name adds.
    fileprivate var lowercased: [Unicode.Scalar] {
        if value == 0x0130 { return ["i", "\u{0307}"] }  // the one unconditional mapping to two code points
        return [Unicode.Scalar(UInt32(utf8proc_tolower(Int32(value)))) ?? self]
    }
}

/// Unicode's toLowercase (The Unicode Standard, section 3.13): of each code point, and of a capital
/// sigma that ends a word the form it has there, so that `ΟΔΥΣΣΕΥΣ` is who writes himself `οδυσσευς`.
func lowercased(_ name: [Unicode.Scalar]) -> [Unicode.Scalar] {
    name.indices.flatMap { index in
        name[index] == capitalSigma && endsWord(index, in: name) ? ["\u{03C2}"] : name[index].lowercased
    }
}

private let capitalSigma: Unicode.Scalar = "\u{03A3}"

/// Final_Sigma of the same section. libutf8proc does not know these two properties; Swift does.
private func endsWord(_ index: Int, in name: [Unicode.Scalar]) -> Bool {
    func isPartOfWord(_ neighbour: Unicode.Scalar?) -> Bool { neighbour?.properties.isCased ?? false }
    let before = name[..<index].last { !$0.properties.isCaseIgnorable }
    let after = name[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return isPartOfWord(before) && !isPartOfWord(after)
}

/// Which of Unicode's composed normalisation forms.
enum NormalizationForm {
    /// NFC
    case canonical
    /// NFKC
    case compatible
}

/// The text in a composed normalisation form, or nil when the library refuses it.
func normalize(_ text: [Unicode.Scalar], _ form: NormalizationForm) -> [Unicode.Scalar]? {
    var flags = UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue
    if form == .compatible { flags |= UTF8PROC_COMPAT.rawValue }
    let options = utf8proc_option_t(flags)
    let bytes = Array(String(text).utf8)
    let needed = utf8proc_decompose(bytes, bytes.count, nil, 0, options)
    guard needed >= 0 else { return nil }
    var buffer = [Int32](repeating: 0, count: needed)
    let decomposed = utf8proc_decompose(bytes, bytes.count, &buffer, needed, options)
    guard decomposed == needed else { return nil }
    let composed = utf8proc_normalize_utf32(&buffer, decomposed, options)
    guard composed >= 0 else { return nil }
    return buffer.prefix(composed).compactMap { Unicode.Scalar(UInt32(bitPattern: $0)) }
}
