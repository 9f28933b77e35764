internal import CArgon2
package import Secrets

/// Why no digest could be computed. It says nothing of the password; the visitor's answer is 503.
public enum PasswordHashingError: Error, Equatable, Sendable {
    /// The memory that the parameters ask for is not to be had.
    case outOfMemory
    /// libargon2 refused with this code; a fault of ours.
    case library(Int32)
    /// As many wait as may: nothing was begun. Worth trying again after this many seconds, at least 1.
    case gateFull(retryAfter: Int)
    /// Whether there is room could not be told, for this reason: nothing was begun.
    case gateUnavailable(String)
}

/// RFC 9106 through libargon2.
package enum Argon2 {
    /// The tag of a password. libargon2 zeroes the memory it worked in before it gives it back.
    ///
    /// One thread whatever the lanes: the result is the same, and a hash never takes more than the
    /// one processor it was admitted to.
    package static func tag(
        _ variant: PHCString.Variant = .argon2id, _ version: PHCString.Version = .v19, of password: SecretBytes,
        salt: [UInt8], parameters: Argon2Parameters, length: Int
    ) throws(PasswordHashingError) -> SecretBytes {
        try SecretBytes(unsafeUninitializedCapacity: length) { output throws(PasswordHashingError) in
            let status = password.withUnsafeBytes { password in
                salt.withUnsafeBytes { salt in
                    var context = argon2_context()
                    context.out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    context.outlen = UInt32(length)
                    (context.pwd, context.pwdlen) = readOnly(password)
                    (context.salt, context.saltlen) = readOnly(salt)
                    context.t_cost = parameters.time
                    context.m_cost = parameters.memoryKiB
                    context.lanes = parameters.lanes
                    context.threads = 1
                    context.version = UInt32(version.rawValue)
                    context.allocate_cbk = Argon2Memory.allocate
                    context.free_cbk = Argon2Memory.deallocate
                    switch variant {
                    case .argon2id: return argon2id_ctx(&context)
                    case .argon2i: return argon2i_ctx(&context)
                    }
                }
            }
            switch status {
            case ARGON2_OK.rawValue: return length
            case ARGON2_MEMORY_ALLOCATION_ERROR.rawValue: throw .outOfMemory
            default: throw .library(status)
            }
        }
    }

    /// The library's pointers are mutable only for the flags that clear a password; none is set.
    private static func readOnly(_ bytes: UnsafeRawBufferPointer) -> (UnsafeMutablePointer<UInt8>?, UInt32) {
        (UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress), UInt32(bytes.count))
    }
}
