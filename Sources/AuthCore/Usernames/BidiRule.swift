internal import CUTF8Proc

/// The Bidi Rule of RFC 5893 section 2: a name with right-to-left characters has one reading order.
/// RFC 8265 section 3.3.2 asks for it only where there is such a character.
enum BidiRule {
    static func allows(_ name: [Unicode.Scalar]) -> Bool {
        let classes = name.map(\.bidiClass)
        guard classes.contains(where: rightToLeft.contains) else { return true }
        // Conditions 1 and 5: a label that begins left-to-right may hold no right-to-left character.
        guard let first = classes.first, first == UTF8PROC_BIDI_CLASS_R || first == UTF8PROC_BIDI_CLASS_AL else {
            return false
        }
        // Condition 2.
        guard classes.allSatisfy(allowedInRightToLeft.contains) else { return false }
        // Condition 3: nonspacing marks may follow the last character.
        guard let last = classes.last(where: { $0 != UTF8PROC_BIDI_CLASS_NSM }), endings.contains(last) else {
            return false
        }
        // Condition 4: European and Arabic digits would be laid out in different orders.
        return !(classes.contains(UTF8PROC_BIDI_CLASS_EN) && classes.contains(UTF8PROC_BIDI_CLASS_AN))
    }

    private static let rightToLeft = [UTF8PROC_BIDI_CLASS_R, UTF8PROC_BIDI_CLASS_AL, UTF8PROC_BIDI_CLASS_AN]

    private static let allowedInRightToLeft = [
        UTF8PROC_BIDI_CLASS_R, UTF8PROC_BIDI_CLASS_AL, UTF8PROC_BIDI_CLASS_AN, UTF8PROC_BIDI_CLASS_EN,
        UTF8PROC_BIDI_CLASS_ES, UTF8PROC_BIDI_CLASS_CS, UTF8PROC_BIDI_CLASS_ET, UTF8PROC_BIDI_CLASS_ON,
        UTF8PROC_BIDI_CLASS_BN, UTF8PROC_BIDI_CLASS_NSM,
    ]

    private static let endings = [
        UTF8PROC_BIDI_CLASS_R, UTF8PROC_BIDI_CLASS_AL, UTF8PROC_BIDI_CLASS_EN, UTF8PROC_BIDI_CLASS_AN,
    ]
}
