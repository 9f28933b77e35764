import Cryptography
import Secrets

/// Which account stands in for a name that none has. The same for a name each time and in each process, and
/// nobody without the key can tell which.
struct DecoyDraw {
    /// Keeps this use of the key apart from any other.
    private static let label = Array("fcgi-auth decoy account 1\0".utf8)
    /// Half of the digits that end an id.
    private static let byteCount = 6

    private let authentication: HMACSHA256

    /// From the key of the refresh tokens.
    static func load(path: String) throws -> DecoyDraw {
        DecoyDraw(authentication: try HMACSHA256(key: try SecretFile.read(path).contents))
    }

    /// 12 hexadecimal digits for a name in its canonical form.
    func digits(for username: String) -> String {
        let code = authentication.authenticationCode(for: Self.label + username.utf8)
        return code.prefix(Self.byteCount).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 0xf, radix: 16)
        }.joined()
    }
}
