/// The digest of a password as it is stored, ours or one that came from elsewhere: which function made
/// it, with which salt and at which cost. Every cost lies within a bound, so that no stored string can
/// hold up the machine. Reading computes nothing.
public enum StoredDigest: Sendable {
    /// Argon2id or Argon2i, by this software or another.
    case argon2(PHCString)
    /// What crypt(3) makes: bcrypt, sha256-crypt, sha512-crypt, yescrypt.
    case crypt(CryptString)
    /// md5-crypt and Apache's apr1.
    case md5Crypt(MD5CryptString)
    /// PBKDF2, as Django, passlib and Authelia write it.
    case pbkdf2(PBKDF2String)

    /// Longest string that is looked at, in bytes; the longest within all bounds has under 400.
    public static let maximumBytes = 512

    /// Most memory that a digest from elsewhere may ask for, in KiB: 256 MiB.
    public static let maximumImportedMemoryKiB = 256 * 1024

    /// - Throws: why the string can't be checked against.
    public init(_ text: String) throws(DigestRefusal) {
        guard text.utf8.count <= Self.maximumBytes, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .unsupported("text that no digest has")
        }
        if let digest = try Self.read(text) {
            self = digest
        } else {
            throw .unsupported(UnsupportedDigest.name(of: text))
        }
    }

    /// A string that an admin brings along: at most 256 MiB, where our own may have more.
    public init(importing text: String) throws(DigestRefusal) {
        try self.init(text)
        guard memoryKiB <= Self.maximumImportedMemoryKiB else {
            throw .outOfBounds(name, "at most \(Self.maximumImportedMemoryKiB / 1024) MiB")
        }
    }

    /// Nil for a kind that is none of these.
    private static func read(_ text: String) throws(DigestRefusal) -> StoredDigest? {
        if text.hasPrefix("$argon2i") { return .argon2(try PHCString(anyVariant: text)) }
        if text.hasPrefix("argon2$argon2i") { return .argon2(try PHCString(anyVariant: text.dropping("argon2"))) }
        if text.hasPrefix("bcrypt$$2") { return .crypt(try CryptString(bcrypt: text.dropping("bcrypt$"))) }
        if ["$2a$", "$2b$", "$2y$"].contains(where: text.hasPrefix) { return .crypt(try CryptString(bcrypt: text)) }
        if text.hasPrefix("$5$") { return .crypt(try CryptString(shaCrypt: text, .sha256Crypt)) }
        if text.hasPrefix("$6$") { return .crypt(try CryptString(shaCrypt: text, .sha512Crypt)) }
        if text.hasPrefix("$y$") { return .crypt(try CryptString(yescrypt: text)) }
        if text.hasPrefix("$1$") || text.hasPrefix("$apr1$") { return .md5Crypt(try MD5CryptString(text)) }
        if text.hasPrefix("pbkdf2_") { return try PBKDF2String(django: text).map(StoredDigest.pbkdf2) }
        if text.hasPrefix("$pbkdf2") { return try PBKDF2String(modular: text).map(StoredDigest.pbkdf2) }
        return nil
    }

    /// The function, as its users call it.
    public var name: String {
        switch self {
        case .argon2(let digest): digest.variant.rawValue
        case .crypt(let digest): digest.scheme.rawValue
        case .md5Crypt(let digest): digest.name
        case .pbkdf2(let digest): "pbkdf2-\(digest.hash.rawValue)"
        }
    }

    /// What computing it takes beyond a few KiB.
    public var memoryKiB: Int {
        switch self {
        case .argon2(let digest): Int(digest.parameters.memoryKiB)
        case .crypt(let digest): digest.memoryKiB
        case .md5Crypt, .pbkdf2: 0
        }
    }
}

/// Why a stored string can't be checked against. Holds names of ours, never a part of the string.
public enum DigestRefusal: Error, Equatable, Sendable {
    /// A kind that is not computed here.
    case unsupported(String)
    /// A kind we know, in a form that its makers do not write.
    case malformed(String)
    /// A kind we know that asks for more or less than is allowed: the kind, and what is allowed.
    case outOfBounds(String, String)

    /// For the admin, without a subject and without a full stop.
    public var detail: String {
        switch self {
        case .unsupported(let name): "has a digest that is not supported: \(name)"
        case .malformed(let name): "has a damaged \(name) digest"
        case .outOfBounds(let name, let allowed): "has a \(name) digest outside the bounds: \(allowed)"
        }
    }
}

/// The names of what others store and we do not compute, so that an admin knows what is in the file.
enum UnsupportedDigest {
    private static let prefixes: [(prefix: String, name: String)] = [
        ("{SHA}", "{SHA}, SHA-1 without a salt"), ("{SSHA", "{SSHA}, salted SHA-1 or SHA-2"),
        ("{", "a digest in braces"), ("$argon2d$", "argon2d"), ("$scrypt$", "scrypt"), ("scrypt", "scrypt"),
        ("$7$", "scrypt"), ("$gy$", "gost-yescrypt"), ("$2x$", "bcrypt 2x"), ("$2$", "bcrypt 2"),
        ("$bcrypt-sha256$", "bcrypt-sha256"), ("bcrypt_sha256$", "bcrypt_sha256"), ("$sha1$", "sha1-crypt"),
        ("$md5", "SunMD5"), ("$3$", "the NT hash"), ("$pbkdf2", "PBKDF2 with another hash"),
        ("pbkdf2", "PBKDF2 with another hash"), ("md5$", "MD5"), ("sha1$", "SHA-1"), ("_", "BSDi crypt, DES"),
    ]

    static func name(of text: String) -> String {
        if let known = prefixes.first(where: { text.hasPrefix($0.prefix) }) { return known.name }
        return text.utf8.count == 13 ? "crypt with DES" : "no digest that we know, or a password in the clear"
    }
}

extension String {
    func dropping(_ prefix: String) -> String { String(dropFirst(prefix.count)) }
}
