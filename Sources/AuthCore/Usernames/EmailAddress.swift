/// An e-mail address to write to: contact data, never a key to an account.
///
/// The form is the ordinary one (RFC 5321 dot-atom, RFC 6531 for letters beyond ASCII): no quotes,
/// comments, spaces or address literals. The domain is lower-cased; the case of the local part is
/// kept, since only the receiving host knows what it means. `bücher.example` and its `xn--` form are
/// not brought together.
public struct EmailAddress: Hashable, Sendable {
    /// The address as it is stored; at most 254 bytes.
    public let text: String

    /// Longest address, in bytes: a path of RFC 5321 section 4.5.3.1.3 without its brackets.
    public static let maximumBytes = 254
    /// Longest local part, in bytes (section 4.5.3.1.1).
    public static let maximumLocalBytes = 64
    /// Longest label of a domain, in bytes (RFC 1035 section 2.3.4).
    static let maximumLabelBytes = 63

    /// - Throws: why the address cannot be used.
    public init(_ text: String) throws(UsernameRefusal) {
        self.text = try Self.parse(text, local: .casePreserved)
    }

    /// The canonical form of an address, its local part prepared by `profile` and its domain lower-cased.
    static func parse(_ text: String, local profile: UsernameProfile) throws(UsernameRefusal) -> String {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= maximumBytes else { throw .tooLong }
        let parts = text.unicodeScalars.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .notEmailAddress }
        let local = try dotted(parts[0]) { atom throws(UsernameRefusal) in try prepareAtom(atom, profile) }
        let domain = try dotted(parts[1], each: prepareLabel)
        guard local.utf8.count <= maximumLocalBytes else { throw .tooLong }
        let address = local + "@" + domain
        guard address.utf8.count <= maximumBytes else { throw .tooLong }
        return address
    }

    private static func dotted(
        _ text: Substring.UnicodeScalarView, each prepare: ([Unicode.Scalar]) throws(UsernameRefusal) -> String
    ) throws(UsernameRefusal) -> String {
        var prepared: [String] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw .notEmailAddress }
            prepared.append(try prepare(Array(part)))
        }
        return prepared.joined(separator: ".")
    }

    private static func prepareAtom(
        _ atom: [Unicode.Scalar], _ profile: UsernameProfile
    ) throws(UsernameRefusal) -> String {
        let prepared = try profile.enforce(atom)
        guard prepared.allSatisfy(isAtomText) else { throw .forbiddenCharacter }
        return String(prepared)
    }

    /// Letters, digits and inner hyphens (RFC 1123 section 2.1), or their UTF-8 kin (RFC 5890 U-labels).
    private static func prepareLabel(_ label: [Unicode.Scalar]) throws(UsernameRefusal) -> String {
        let prepared = try UsernameProfile.caseMapped.enforce(label)
        guard prepared.allSatisfy({ !$0.isASCII || isASCIIAlphanumeric($0) || $0 == "-" }) else {
            throw .forbiddenCharacter
        }
        guard prepared.first != "-", prepared.last != "-" else { throw .notEmailAddress }
        let text = String(prepared)
        guard text.utf8.count <= maximumLabelBytes else { throw .tooLong }
        return text
    }

    /// `atext` of RFC 5322 section 3.2.3 with the UTF-8 extension of RFC 6532.
    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.isASCII || isASCIIAlphanumeric(scalar) || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
    }

    private static func isASCIIAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}

extension EmailAddress: CustomStringConvertible {
    public var description: String { text }
}
