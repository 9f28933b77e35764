import Glibc

/// Fresh bytes from the kernel's generator, for what is random but no secret (salts, identifiers).
public func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        fillWithRandomBytes(UnsafeMutableRawBufferPointer(buffer))
        initialized = count
    }
}

/// The most getentropy(3) gives at once, in bytes.
private let entropyLimit = 256

/// getentropy(3) is getrandom(2) that goes on when interrupted: it waits until the kernel's generator
/// is seeded. A failure stops the process: no answer is safe without randomness.
func fillWithRandomBytes(_ buffer: UnsafeMutableRawBufferPointer) {
    var rest = buffer[...]
    while !rest.isEmpty {
        let part = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(entropyLimit))
        precondition(getentropy(part.baseAddress, part.count) == 0, "the kernel gives no random bytes")
        rest = rest.dropFirst(part.count)
    }
}
