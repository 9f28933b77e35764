/// PRECIS IdentifierClass (RFC 8264 sections 4.2 and 8): which code points a name may hold.
/// The order of the questions is the RFC's; the properties are those of libutf8proc's Unicode.
enum IdentifierClass {
    enum Status {
        case valid
        /// Valid where `ContextRule` says so.
        case contextual
        case disallowed
    }

    static func status(of scalar: Unicode.Scalar) -> Status {
        if let exception = exception(scalar) { return exception }
        if scalar.isUnassigned { return .disallowed }
        if (0x21...0x7E).contains(scalar.value) { return .valid }
        // ZWJ and ZWNJ are CONTEXTJ in the RFC; here they are refused, since a reader cannot see them.
        if isOldHangulJamo(scalar) || scalar.isDefaultIgnorable || isNoncharacter(scalar) { return .disallowed }
        if scalar.hasCompatibilityMapping { return .disallowed }
        return scalar.isLetterOrDigit ? .valid : .disallowed
    }

    /// RFC 5892 section 2.6; RFC 8264 section 9.6 takes it over.
    private static func exception(_ scalar: Unicode.Scalar) -> Status? {
        switch scalar.value {
        case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007: .valid
        case 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x30FB, 0x0660...0x0669, 0x06F0...0x06F9: .contextual
        case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: .disallowed
        default: nil
        }
    }

    /// RFC 5892 section 2.9: conjoining jamo, of which precomposed syllables are made.
    private static func isOldHangulJamo(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7FB: true
        default: false
        }
    }

    private static func isNoncharacter(_ scalar: Unicode.Scalar) -> Bool {
        (0xFDD0...0xFDEF).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE
    }
}
