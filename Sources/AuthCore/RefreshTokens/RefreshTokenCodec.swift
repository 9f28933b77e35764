import Cryptography
import Encoding
import Identity
public import Secrets

/// Why `refresh.key` cannot be used. Says nothing of the contents.
public enum RefreshKeyError: Error, Equatable, Sendable {
    case file(SecretFileError)
    /// Shorter than 32 bytes, above all empty.
    case weakKey
}

extension RefreshKeyError: CustomStringConvertible {
    /// For the admin; the caller says which file.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .weakKey: "holds less than 32 bytes"
        }
    }
}

/// Makes refresh tokens and tells them from others:
/// base64url(session id, 16 bytes ‖ generation, 4 bytes big-endian ‖ HMAC-SHA-256).
///
/// Holds the key of the MAC. The same session and generation always give the same token, so a repeated
/// rotation can answer with the very successor the first one did, and the store need not hold tokens.
public struct RefreshTokenCodec: Sendable {
    /// Every token has this many characters: 52 bytes.
    public static let tokenLength = 70

    /// Keeps this use of the key apart from any other.
    private static let label = Array("fcgi-auth refresh token 1\0".utf8)
    private static let contentByteCount = 20

    private let authentication: HMACSHA256

    /// The key has 32 bytes or more.
    public init(key: SecretBytes) throws(RefreshKeyError) {
        do throws(CryptographyError) { authentication = try HMACSHA256(key: key) } catch { throw .weakKey }
    }

    public static func load(path: String) throws(RefreshKeyError) -> RefreshTokenCodec {
        let key: SecretBytes
        do throws(SecretFileError) { key = try SecretFile.read(path).contents } catch { throw .file(error) }
        return try RefreshTokenCodec(key: key)
    }

    public func encode(_ token: RefreshToken) -> String {
        let generation = (0..<4).map { UInt8(truncatingIfNeeded: token.generation >> (24 - 8 * $0)) }
        let content = token.session.bytes + generation
        return Base64URL.encode(content + authentication.authenticationCode(for: Self.label + content))
    }

    /// Nil for anything `encode` did not make with this key. Compares the code in constant time.
    public func decode(_ text: String) -> RefreshToken? {
        guard text.utf8.count == Self.tokenLength, let bytes = Base64URL.decode(text) else { return nil }
        let content = Array(bytes.prefix(Self.contentByteCount))
        let code = Array(bytes.dropFirst(Self.contentByteCount))
        guard authentication.isValid(code, for: Self.label + content),
            let session = SessionID(bytes: content.prefix(16))
        else { return nil }
        return RefreshToken(session: session, generation: content.dropFirst(16).reduce(0) { $0 << 8 | UInt32($1) })
    }
}
