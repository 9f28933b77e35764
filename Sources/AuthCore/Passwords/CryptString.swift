public import Secrets

/// A digest that crypt(3) makes, read by the forms that crypt(5) gives.
public struct CryptString: Sendable {
    public enum Scheme: String, Sendable {
        case bcrypt
        case sha256Crypt = "sha256-crypt"
        case sha512Crypt = "sha512-crypt"
        case yescrypt

        /// In characters.
        var digestLength: Int {
            switch self {
            case .bcrypt: 31
            case .sha256Crypt, .yescrypt: 43
            case .sha512Crypt: 86
            }
        }
    }

    public let scheme: Scheme
    /// What crypt(3) is given beside the password: everything that stands before the digest.
    public let setting: String
    /// The characters of the digest, as crypt(3) writes them.
    public let digest: SecretBytes
    public let memoryKiB: Int

    /// Each step doubles the work; 14 takes about a second.
    static let bcryptCosts = 4...14
    /// Of sha256-crypt and sha512-crypt.
    static let shaRounds = 1_000...1_000_000
    /// In characters; what is longer was cut before it was stored.
    static let maximumSHASalt = 16
    /// Logarithm of yescrypt's N.
    static let yescryptLogN = 8...18
    /// In characters, of 64 bytes.
    static let maximumYescryptSalt = 86

    /// Splits the text before its digest; nil if the digest is not one of the scheme's length.
    private init?(_ scheme: Scheme, _ text: String, memoryKiB: Int = 0) {
        let bytes = text.utf8
        guard bytes.count > scheme.digestLength else { return nil }
        let digest = bytes.suffix(scheme.digestLength)
        guard DigestText.isCrypt(digest) else { return nil }
        self.scheme = scheme
        setting = String(text.prefix(bytes.count - scheme.digestLength))
        self.digest = SecretBytes(copying: digest)
        self.memoryKiB = memoryKiB
    }

    /// `$2b$10$` with 22 characters of salt and 31 of digest.
    init(bcrypt text: String) throws(DigestRefusal) {
        let name = Scheme.bcrypt.rawValue
        let fields = DigestText.fields(text)
        guard fields.count == 4, fields[2].count == 2, fields[3].count == 53, DigestText.isCrypt(fields[3]),
            fields[2].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let cost = Int(Substring(fields[2])),
            let parsed = CryptString(.bcrypt, text)
        else { throw .malformed(name) }
        guard Self.bcryptCosts.contains(cost) else { throw .outOfBounds(name, "a cost of 4 to 14") }
        self = parsed
    }

    /// `$6$rounds=5000$salt$` with 86 characters of digest, or `$5$…` with 43; without `rounds=` it is 5000.
    init(shaCrypt text: String, _ scheme: Scheme) throws(DigestRefusal) {
        var fields = DigestText.fields(text).dropFirst(2)
        var rounds = 5_000
        if let field = fields.first, field.starts(with: "rounds=".utf8) {
            guard let number = DigestText.number(field, named: "rounds=") else { throw .malformed(scheme.rawValue) }
            rounds = number
            fields = fields.dropFirst()
        }
        guard fields.count == 2, let salt = fields.first, let digest = fields.last,
            salt.count <= Self.maximumSHASalt, DigestText.isSalt(salt), digest.count == scheme.digestLength,
            let parsed = CryptString(scheme, text)
        else { throw .malformed(scheme.rawValue) }
        guard Self.shaRounds.contains(rounds) else {
            throw .outOfBounds(scheme.rawValue, "1,000 to 1,000,000 rounds")
        }
        self = parsed
    }

    /// `$y$j9T$salt$` with 43 characters of digest. Of the parameters only flavour `j`, N and r are taken,
    /// which are all that the tools of any system write.
    init(yescrypt text: String) throws(DigestRefusal) {
        let name = Scheme.yescrypt.rawValue
        let fields = DigestText.fields(text)
        guard fields.count == 5, fields[2].first == UInt8(ascii: "j"), DigestText.isCrypt(fields[3]),
            fields[3].count <= Self.maximumYescryptSalt, Self.isYescryptSalt(fields[3]),
            fields[4].count == Scheme.yescrypt.digestLength
        else { throw .malformed(name) }
        let cost = fields[2].dropFirst().compactMap(DigestText.value(ofCrypt:))
        guard fields[2].count == 3, cost.count == 2, Self.yescryptLogN.contains(cost[0] + 1),
            cost[1] < YescryptNumber.firstOfTwoCharacters
        else { throw .outOfBounds(name, "N of 2^8 to 2^18, r of 1 to 48, nothing else") }
        // yescrypt works on N blocks of 128 r bytes.
        let memoryKiB = (cost[1] + 1) << (cost[0] + 1) / 8
        guard memoryKiB <= StoredDigest.maximumImportedMemoryKiB else {
            throw .outOfBounds(name, "at most \(StoredDigest.maximumImportedMemoryKiB / 1024) MiB")
        }
        guard let parsed = CryptString(.yescrypt, text, memoryKiB: memoryKiB) else { throw .malformed(name) }
        self = parsed
    }

    /// Whether the characters, of six bits each, the lowest first, are whole bytes and no bit more.
    private static func isYescryptSalt(_ salt: DigestField) -> Bool {
        let last = salt.last.flatMap(DigestText.value(ofCrypt:)) ?? 0
        switch salt.count % 4 {
        case 0: return true
        case 2: return last < 1 << 2
        case 3: return last < 1 << 4
        default: return false
        }
    }
}

/// yescrypt's own writing of numbers, each less the smallest it may be.
private enum YescryptNumber {
    /// A character of this value or more begins a number of several characters.
    static let firstOfTwoCharacters = 48
}
