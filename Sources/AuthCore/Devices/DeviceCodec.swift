import Cryptography
import Encoding
import Identity
public import Secrets

/// Why no codec can be made. Says nothing of the key.
public enum DeviceKeyError: Error, Equatable, Sendable {
    case file(SecretFileError)
    /// Shorter than 32 bytes, above all empty.
    case weakKey
}

extension DeviceKeyError: CustomStringConvertible {
    /// For the admin; the caller says which file.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .weakKey: "holds less than 32 bytes"
        }
    }
}

/// Makes device cookies and tells them from others: base64url(device id, 16 bytes ‖ for each login
/// account id, 16 bytes, and seconds since 1970, 5 bytes big-endian ‖ HMAC-SHA-256).
///
/// Holds the key of the refresh tokens' MAC, under a label of its own.
public struct DeviceCodec: Sendable {
    /// Keeps this use of the key apart from any other.
    private static let label = Array("fcgi-auth device 1\0".utf8)
    private static let idByteCount = 16
    private static let timeByteCount = 5
    private static let loginByteCount = idByteCount + timeByteCount

    private let authentication: HMACSHA256

    /// The key has 32 bytes or more.
    public init(key: SecretBytes) throws(DeviceKeyError) {
        do throws(CryptographyError) { authentication = try HMACSHA256(key: key) } catch { throw .weakKey }
    }

    /// From `refresh.key`.
    public static func load(path: String) throws(DeviceKeyError) -> DeviceCodec {
        let key: SecretBytes
        do throws(SecretFileError) { key = try SecretFile.read(path).contents } catch { throw .file(error) }
        return try DeviceCodec(key: key)
    }

    public func encode(_ device: Device) -> String {
        let content = device.id.bytes + device.logins.flatMap { $0.account.bytes + Self.bytes(of: $0.time) }
        return Base64URL.encode(content + authentication.authenticationCode(for: Self.label + content))
    }

    /// Nil for anything `encode` did not make with this key. Compares the code in constant time.
    public func decode(_ text: String) -> Device? {
        let fixed = Self.idByteCount + HMACSHA256.byteCount
        // No longer text is decoded at all.
        let longest = (fixed + Device.accountsKept * Self.loginByteCount + 2) / 3 * 4
        guard text.utf8.count <= longest, let bytes = Base64URL.decode(text), bytes.count > fixed,
            (bytes.count - fixed).isMultiple(of: Self.loginByteCount)
        else { return nil }
        let content = Array(bytes.dropLast(HMACSHA256.byteCount))
        let code = Array(bytes.suffix(HMACSHA256.byteCount))
        guard authentication.isValid(code, for: Self.label + content),
            let id = DeviceID(bytes: content.prefix(Self.idByteCount))
        else { return nil }
        let logins = stride(from: Self.idByteCount, to: content.count, by: Self.loginByteCount).compactMap {
            Self.login(content[$0..<$0 + Self.loginByteCount])
        }
        return Device(id: id, logins: logins)
    }

    private static func login(_ bytes: ArraySlice<UInt8>) -> Device.Login? {
        guard let account = AccountID(bytes: bytes.prefix(idByteCount)) else { return nil }
        let seconds = bytes.dropFirst(idByteCount).reduce(0) { $0 << 8 | Int64($1) }
        return Device.Login(account: account, time: Timestamp(seconds: seconds))
    }

    /// The low 40 bits, enough for 34,000 years.
    private static func bytes(of time: Timestamp) -> [UInt8] {
        (0..<timeByteCount).map { UInt8(truncatingIfNeeded: time.seconds >> (8 * (timeByteCount - 1 - $0))) }
    }
}
