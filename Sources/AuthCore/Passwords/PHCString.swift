import Encoding
public import Secrets

/// An Argon2 digest as it is stored: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`, in the PHC string
/// format. There is exactly one spelling of each digest of ours; every other is refused, and so is one
/// that asks for more than `Argon2Parameters` allows.
public struct PHCString: Sendable {
    public enum Variant: String, Sendable {
        case argon2id
        case argon2i
    }

    /// Of RFC 9106, and the one before it.
    public enum Version: Int, Sendable {
        case v16 = 16
        case v19 = 19
    }

    public let variant: Variant
    public let version: Version
    public let parameters: Argon2Parameters
    public let salt: [UInt8]
    public let tag: SecretBytes

    /// In bytes.
    static let saltLengths = 8...64
    /// In bytes.
    static let tagLengths = 16...64
    /// Longest string within all bounds, in bytes: two times 86 for salt and tag, 33 for the rest, and room.
    static let maximumBytes = 256

    package init(
        _ variant: Variant = .argon2id, _ version: Version = .v19, parameters: Argon2Parameters, salt: [UInt8],
        tag: SecretBytes
    ) {
        self.variant = variant
        self.version = version
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
    }

    /// A digest in the form of ours: Argon2id of RFC 9106.
    package init?(_ text: String) {
        guard let parsed = try? PHCString(anyVariant: text), parsed.isOurs,
            text.utf8.starts(with: "$argon2id$v=19$".utf8)
        else { return nil }
        self = parsed
    }

    /// Argon2id or Argon2i, of version 19, or 16 with or without saying so.
    init(anyVariant text: String) throws(DigestRefusal) {
        guard text.utf8.count <= Self.maximumBytes else { throw .malformed("argon2") }
        var fields = DigestText.fields(text)
        guard (5...6).contains(fields.count), fields[0].isEmpty,
            let variant = Variant(rawValue: String(Substring(fields[1])))
        else {
            throw .malformed("argon2")
        }
        let version = fields.count == 5 ? .v16 : Self.version(fields[2])
        if fields.count == 6 { fields.remove(at: 2) }
        guard fields.count == 5, let version, let costs = Self.costs(fields[2]),
            let salt = Base64Unpadded.decode(fields[3]), Self.saltLengths.contains(salt.count),
            var tag = Base64Unpadded.decode(fields[4]), Self.tagLengths.contains(tag.count)
        else { throw .malformed(variant.rawValue) }
        guard let parameters = Argon2Parameters(memoryKiB: costs[0], time: costs[1], lanes: costs[2]) else {
            throw .outOfBounds(variant.rawValue, "m up to 256 MiB, t up to 16, p up to 8")
        }
        self.init(variant, version, parameters: parameters, salt: salt, tag: SecretBytes(erasing: &tag))
    }

    /// Whether it is of the kind that is made here.
    package var isOurs: Bool { variant == .argon2id && version == .v19 }

    /// The string to store.
    package func serialized() -> String {
        let tag = tag.withUnsafeBytes { Base64Unpadded.encode($0) }
        let cost = "m=\(parameters.memoryKiB),t=\(parameters.time),p=\(parameters.lanes)"
        return "$argon2id$v=19$\(cost)$\(Base64Unpadded.encode(salt))$\(tag)"
    }

    private static func version(_ field: DigestField) -> Version? {
        DigestText.number(field, named: "v=").flatMap(Version.init(rawValue:))
    }

    /// Memory in KiB, passes, lanes.
    private static func costs(_ field: DigestField) -> [Int]? {
        let values = field.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard values.count == 3, let memory = DigestText.number(values[0], named: "m="),
            let time = DigestText.number(values[1], named: "t="), let lanes = DigestText.number(values[2], named: "p=")
        else { return nil }
        return [memory, time, lanes]
    }
}
