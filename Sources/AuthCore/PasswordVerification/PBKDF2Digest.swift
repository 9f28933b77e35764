internal import CCrypto
import Passwords
import Secrets

/// PBKDF2 with HMAC (RFC 8018 section 5.2), by OpenSSL.
enum PBKDF2Digest {
    static func matches(_ password: SecretBytes, _ digest: PBKDF2String) throws(PasswordHashingError) -> Bool {
        let length = digest.key.count
        let key = try SecretBytes(unsafeUninitializedCapacity: length) { (key) throws(PasswordHashingError) in
            let done = password.withUnsafeBytes { password in
                PKCS5_PBKDF2_HMAC(
                    password.assumingMemoryBound(to: CChar.self).baseAddress, Int32(password.count), digest.salt,
                    Int32(digest.salt.count), Int32(digest.iterations), function(digest.hash), Int32(length),
                    key.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
            guard done == 1 else {
                ERR_clear_error()
                throw .library(0)
            }
            return length
        }
        return constantTimeEquals(key, digest.key)
    }

    private static func function(_ hash: PBKDF2String.Hash) -> OpaquePointer? {
        switch hash {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}
