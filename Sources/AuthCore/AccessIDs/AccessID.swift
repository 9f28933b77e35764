import Cryptography
import Encoding
import Secrets

/// An access token that says nothing by itself: random bytes, whose meaning the store keeps under
/// their SHA-256. Who reads the store can't make the id from it.
///
/// With 256 random bits a plain hash is enough: there is nothing to guess.
public struct AccessID: Sendable, Equatable {
    /// From the kernel's generator (OWASP ASVS 7.2.3 asks for 16 or more).
    public static let byteCount = 32
    /// Every id has this many characters.
    public static let textLength = 43

    /// The token: base64url without padding. A secret.
    public let text: String
    /// What the store holds in its place: base64url of SHA-256 of the bytes.
    public let hash: String

    /// A new one.
    public static func make() -> AccessID { AccessID(bytes: randomBytes(byteCount)) }

    /// Nil for anything but the one spelling of 32 bytes: nothing longer, shorter or padded, and no
    /// unused bits set, so that no two texts are one id.
    public init?(_ text: String) {
        guard text.utf8.count == Self.textLength, let bytes = Base64URL.decode(text), bytes.count == Self.byteCount
        else { return nil }
        self.init(bytes: bytes)
    }

    private init(bytes: [UInt8]) {
        text = Base64URL.encode(bytes)
        hash = Base64URL.encode(SHA256Digest.digest(bytes))
    }
}

extension AccessID: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "AccessID" }
    public var debugDescription: String { "AccessID" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
