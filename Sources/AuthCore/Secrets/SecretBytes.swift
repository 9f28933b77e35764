import Glibc

/// Bytes that must not outlive their use: passwords, keys, tokens.
///
/// Holds one allocation of its own, never changed after `init` and zeroed over its whole capacity
/// in `deinit`. Must never hold a copy elsewhere, and never shows its bytes in a description.
///
/// `@unchecked Sendable`: the buffer is written only before `init` returns, and freed only when no
/// reference is left.
public final class SecretBytes: @unchecked Sendable {
    private let buffer: UnsafeMutableRawBufferPointer

    /// The number of bytes; not a secret.
    public let count: Int

    public var isEmpty: Bool { count == 0 }

    public convenience init(copying bytes: some Collection<UInt8>) {
        self.init(unsafeUninitializedCapacity: bytes.count) { buffer in
            buffer.copyBytes(from: bytes)
            return buffer.count
        }
    }

    /// Takes the bytes over: the array is zeroed and empty afterwards. The array must be the only
    /// reference to its storage, as a local variable is.
    public convenience init(erasing bytes: inout [UInt8]) {
        self.init(copying: bytes)
        bytes.withUnsafeMutableBytes { unused in
            if let start = unused.baseAddress { explicit_bzero(start, unused.count) }
        }
        bytes = []
    }

    /// Lets `body` write up to `capacity` bytes; it returns how many it wrote. If it throws, what it
    /// wrote is zeroed.
    public init<Failure: Error>(
        unsafeUninitializedCapacity capacity: Int,
        initializingWith body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        do throws(Failure) {
            let written = try body(buffer)
            precondition(written >= 0 && written <= capacity)
            count = written
        } catch {
            Self.erase(buffer)
            throw error
        }
        self.buffer = buffer
    }

    deinit { Self.erase(buffer) }

    private static func erase(_ buffer: UnsafeMutableRawBufferPointer) {
        if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
        buffer.deallocate()
    }

    /// Lends the bytes; the pointer must not leave the closure.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
    }

    /// Fresh bytes from the kernel's generator.
    public static func random(count: Int) -> SecretBytes {
        SecretBytes(unsafeUninitializedCapacity: count) { buffer in
            fillWithRandomBytes(buffer)
            return count
        }
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SecretBytes" }
    public var debugDescription: String { "SecretBytes" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
