internal import CCrypt
import Glibc
import Passwords
import Secrets

/// crypt(3): bcrypt, sha256-crypt, sha512-crypt, yescrypt.
enum CryptDigest {
    /// crypt(3) takes no more, in bytes, and looks at nothing past a NUL. bcrypt looks at 72 bytes.
    static let maximumPassword = 511

    /// Whether it is the digest of the password. A password that crypt(3) would cut is none that a digest
    /// was made of; it costs the same.
    static func matches(_ password: SecretBytes, _ digest: CryptString) throws(PasswordHashingError) -> Bool {
        let phrase = terminated(password)
        let data = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(CCRYPT_DATA_SIZE), alignment: 16)
        defer {
            if let start = data.baseAddress { explicit_bzero(start, data.count) }
            data.deallocate()
        }
        data.initializeMemory(as: UInt8.self, repeating: 0)
        let output = phrase.withUnsafeBytes { phrase in
            crypt_rn(
                phrase.assumingMemoryBound(to: CChar.self).baseAddress, digest.setting, data.baseAddress,
                CCRYPT_DATA_SIZE)
        }
        guard let output else { throw errno == ENOMEM ? .outOfMemory : .library(errno) }
        let bytes = UnsafeRawBufferPointer(start: output, count: strlen(output))
        let isEqual = digest.digest.withUnsafeBytes { stored in
            constantTimeEquals(UnsafeRawBufferPointer(rebasing: bytes.suffix(stored.count)), stored)
        }
        return isEqual && phrase.count == password.count + 1
    }

    /// The bytes that crypt(3) would look at, with a NUL after them.
    private static func terminated(_ password: SecretBytes) -> SecretBytes {
        password.withUnsafeBytes { password in
            let looked = password.prefix(maximumPassword).prefix { $0 != 0 }
            return SecretBytes(unsafeUninitializedCapacity: looked.count + 1) { buffer in
                buffer.copyBytes(from: looked)
                buffer[looked.count] = 0
                return buffer.count
            }
        }
    }
}
