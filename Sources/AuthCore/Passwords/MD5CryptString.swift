public import Secrets

/// A digest of md5-crypt, `$1$salt$digest`, or of the same function with Apache's name in it, `$apr1$…`.
/// There is nothing in it to bound: the work is always the same.
public struct MD5CryptString: Sendable {
    /// `$1$` or `$apr1$`, which the function takes in.
    public let magic: String
    public let salt: String
    /// The characters of the digest.
    public let digest: SecretBytes

    /// In characters.
    static let maximumSalt = 8
    /// In characters.
    static let digestLength = 22

    init(_ text: String) throws(DigestRefusal) {
        let fields = DigestText.fields(text)
        magic = text.hasPrefix("$1$") ? "$1$" : "$apr1$"
        guard fields.count == 4, fields[2].count <= Self.maximumSalt, DigestText.isSalt(fields[2]),
            fields[3].count == Self.digestLength, DigestText.isCrypt(fields[3])
        else { throw .malformed(Self.name(magic)) }
        salt = String(Substring(fields[2]))
        digest = SecretBytes(copying: fields[3])
    }

    var name: String { Self.name(magic) }

    private static func name(_ magic: String) -> String { magic == "$1$" ? "md5-crypt" : "apr1" }
}
