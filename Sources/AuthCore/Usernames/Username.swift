/// The name an account is known by, in its one canonical form: what is stored, compared, counted
/// and put into tokens and headers.
///
/// Two spellings that should reach one account (`Ana`, `ANA`, `ａｎａ`, composed and decomposed)
/// have one canonical form; applying the rules to a canonical form changes nothing. It never
/// holds a space, a control, an unassigned or an invisible character. Look-alikes (Latin `a`,
/// Cyrillic `а`) are different names here; that no second account gets one is `Lookalikes`' part.
public struct Username: Hashable, Sendable {
    /// The canonical form: 1 to 64 code points, or an e-mail address of at most 254 bytes.
    public let canonical: String

    /// What is written in one script each: the whole name; of an address, what stands before the `@`
    /// and each label of the domain.
    public let parts: [String]

    /// Longest name, in code points of the canonical form.
    public static let maximumCodePoints = 64

    /// Longest spelling that is looked at, in bytes; a canonical name never needs more than a quarter.
    static let maximumInputBytes = 1024

    /// A name of the site's own, prepared by UsernameCaseMapped (RFC 8265 section 3.3).
    ///
    /// - Throws: why the name cannot be used.
    public init(any text: String) throws(UsernameRefusal) {
        guard text.utf8.count <= Self.maximumInputBytes else { throw .tooLong }
        let scalars = try UsernameProfile.caseMapped.enforce(Array(text.unicodeScalars))
        guard scalars.count <= Self.maximumCodePoints else { throw .tooLong }
        canonical = String(scalars)
        parts = [canonical]
    }

    /// A name that is an e-mail address; the whole of it is lower-cased, as mailbox providers do.
    ///
    /// - Throws: why the address cannot be used.
    public init(email text: String) throws(UsernameRefusal) {
        let address = try EmailAddress.parse(text, local: .caseMapped)
        let halves = address.split(separator: "@")
        canonical = address
        parts = (halves.prefix(1) + halves.dropFirst().flatMap { $0.split(separator: ".") }).map(String.init)
    }
}

extension Username: CustomStringConvertible {
    public var description: String { canonical }
}

extension String {
    init(_ scalars: [Unicode.Scalar]) {
        self.init(String.UnicodeScalarView(scalars))
    }
}
