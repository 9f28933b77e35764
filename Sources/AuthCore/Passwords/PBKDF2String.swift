import Encoding
public import Secrets

/// A digest of PBKDF2 (RFC 8018 section 5.2), as Django writes it, `pbkdf2_sha256$600000$salt$key`, or
/// passlib and Authelia, `$pbkdf2-sha512$310000$salt$key`.
public struct PBKDF2String: Sendable {
    /// The hash of the HMAC.
    public enum Hash: String, Sendable {
        case sha1, sha256, sha384, sha512

        /// In bytes: the longest key that takes no second block, and so no second helping of work.
        var length: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    public let hash: Hash
    public let iterations: Int
    public let salt: [UInt8]
    public let key: SecretBytes

    public static let maximumIterations = 2_000_000
    /// In bytes.
    static let saltLengths = 1...128
    /// In bytes.
    static let minimumKey = 16

    /// Nil for a hash that is none of these. The salt is the text itself, the key padded base64.
    init?(django text: String) throws(DigestRefusal) {
        let fields = DigestText.fields(text)
        guard let hash = Hash(rawValue: String(Substring(fields[0])).dropping("pbkdf2_")) else { return nil }
        guard fields.count == 4 else { throw .malformed("pbkdf2-\(hash.rawValue)") }
        let unpadded = fields[3].prefix { $0 != UInt8(ascii: "=") }
        guard fields[3].count.isMultiple(of: 4), fields[3].count - unpadded.count < 3,
            fields[3].dropFirst(unpadded.count).allSatisfy({ $0 == UInt8(ascii: "=") })
        else { throw .malformed("pbkdf2-\(hash.rawValue)") }
        try self.init(hash, fields[1], salt: Array(fields[2]), key: Base64Unpadded.decode(unpadded))
    }

    /// Nil for a hash that is none of these. Salt and key are base64 with `.` for `+` and no padding.
    init?(modular text: String) throws(DigestRefusal) {
        let fields = DigestText.fields(text)
        let names: [String: Hash] = [
            "pbkdf2": .sha1, "pbkdf2-sha1": .sha1, "pbkdf2-sha256": .sha256, "pbkdf2-sha384": .sha384,
            "pbkdf2-sha512": .sha512,
        ]
        guard let hash = names[String(Substring(fields[1]))] else { return nil }
        guard fields.count == 5 else { throw .malformed("pbkdf2-\(hash.rawValue)") }
        let decoded = fields[3...].map { field in
            Base64Unpadded.decode(field.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "+") : $0 })
        }
        try self.init(hash, fields[2], salt: decoded[0], key: decoded[1])
    }

    private init(_ hash: Hash, _ iterations: DigestField, salt: [UInt8]?, key: [UInt8]?) throws(DigestRefusal) {
        let name = "pbkdf2-\(hash.rawValue)"
        guard let iterations = DigestText.number(iterations), let salt, Self.saltLengths.contains(salt.count),
            var key, (Self.minimumKey...hash.length).contains(key.count)
        else { throw .malformed(name) }
        guard iterations <= Self.maximumIterations else { throw .outOfBounds(name, "1 to 2,000,000 iterations") }
        self.hash = hash
        self.iterations = iterations
        self.salt = salt
        self.key = SecretBytes(erasing: &key)
    }
}
