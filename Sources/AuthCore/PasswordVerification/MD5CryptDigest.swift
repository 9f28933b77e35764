internal import CCrypto
import Glibc
import Passwords
import Secrets

/// md5-crypt (Poul-Henning Kamp, 1994), whose name within the function Apache changed to `$apr1$`.
enum MD5CryptDigest {
    private static let length = 16
    private static let rounds = 1000

    /// Like crypt(3) it ends at a NUL: a password with one is none that a digest was made of.
    static func matches(_ password: SecretBytes, _ digest: MD5CryptString) throws(PasswordHashingError) -> Bool {
        let text = try SecretBytes(unsafeUninitializedCapacity: 22) { (text) throws(PasswordHashingError) in
            var sum = try MD5Sum()
            defer { sum.erase() }
            password.withUnsafeBytes { compute($0, digest, &sum) }
            guard sum.isComplete else { throw .library(0) }
            write(sum.value, text)
            return text.count
        }
        return constantTimeEquals(text, digest.digest) && !password.withUnsafeBytes { $0.contains(0) }
    }

    private static func compute(_ password: UnsafeRawBufferPointer, _ digest: MD5CryptString, _ sum: inout MD5Sum) {
        let salt = Array(digest.salt.utf8)
        salt.withUnsafeBytes { salt in
            sum.make { $0.add(password, salt, password) }
            sum.make { next in
                next.add(password)
                digest.magic.utf8.withContiguousStorageIfAvailable { next.add(UnsafeRawBufferPointer($0)) }
                next.add(salt)
                for start in stride(from: 0, to: password.count, by: length) {
                    next.addValue(min(length, password.count - start))
                }
                var bits = password.count
                while bits > 0 {
                    if bits & 1 == 1 {
                        next.addZero()
                    } else {
                        next.add(UnsafeRawBufferPointer(rebasing: password[..<1]))
                    }
                    bits >>= 1
                }
            }
            for round in 0..<rounds {
                sum.make { next in
                    if round & 1 == 1 { next.add(password) } else { next.addValue(length) }
                    if round % 3 != 0 { next.add(salt) }
                    if round % 7 != 0 { next.add(password) }
                    if round & 1 == 1 { next.addValue(length) } else { next.add(password) }
                }
            }
        }
    }

    /// 22 characters, six bits each, the lowest first.
    private static func write(_ value: [UInt8], _ text: UnsafeMutableRawBufferPointer) {
        let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let groups = (0..<5).map { [$0, $0 + 6, $0 == 4 ? 5 : $0 + 12].map { value[$0] } } + [[0, 0, value[11]]]
        var written = 0
        for group in groups {
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            for _ in 0..<4 where written < text.count {
                text[written] = alphabet[bits & 0x3f]
                written += 1
                bits >>= 6
            }
        }
    }
}

/// One MD5 sum after another, each of which may take in the one before.
private struct MD5Sum {
    private(set) var value = [UInt8](repeating: 0, count: 16)
    private let context: OpaquePointer
    private var failed = false

    init() throws(PasswordHashingError) {
        guard let context = EVP_MD_CTX_new() else { throw .outOfMemory }
        self.context = context
    }

    var isComplete: Bool { !failed }

    mutating func erase() {
        EVP_MD_CTX_free(context)
        value.withUnsafeMutableBytes { if let start = $0.baseAddress { explicit_bzero(start, $0.count) } }
        if failed { ERR_clear_error() }
    }

    mutating func make(_ fill: (inout MD5Sum) -> Void) {
        if EVP_DigestInit_ex(context, EVP_md5(), nil) != 1 { failed = true }
        fill(&self)
        if EVP_DigestFinal_ex(context, &value, nil) != 1 { failed = true }
    }

    mutating func add(_ parts: UnsafeRawBufferPointer...) {
        for part in parts where EVP_DigestUpdate(context, part.baseAddress, part.count) != 1 { failed = true }
    }

    mutating func addValue(_ count: Int) {
        if EVP_DigestUpdate(context, value, count) != 1 { failed = true }
    }

    mutating func addZero() {
        var zero: UInt8 = 0
        if EVP_DigestUpdate(context, &zero, 1) != 1 { failed = true }
    }
}
