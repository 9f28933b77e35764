internal import CArgon2
import Glibc
import Synchronization

/// Where hashes compute: memory in huge pages where the kernel has them, so that the processor does not
/// look up an address for each block of 1 KiB; and kept for the next hash while there is one in line, so
/// that the kernel does not clear 19 MiB for each of them.
///
/// libargon2 clears it after each hash, before it comes back here.
package enum Argon2Memory {
    private struct Block {
        let address: UnsafeMutableRawPointer
        let size: Int
    }

    /// Given back by `release` or used by the next hash. No more than hashed at once.
    ///
    /// The addresses are nobody else's while they are in here.
    private struct Kept: @unchecked Sendable {
        var blocks: [Block] = []
    }

    private static let kept = Mutex(Kept())

    /// 2 MiB on all machines that Debian calls amd64 or arm64.
    private static let hugePage = 2 << 20

    /// Gives back all that no hash is using.
    package static func release() {
        let blocks = kept.withLock { kept in
            defer { kept.blocks = [] }
            return Kept(blocks: kept.blocks)
        }
        for block in blocks.blocks { munmap(block.address, block.size) }
    }

    /// For `argon2_context`.
    static let allocate: allocate_fptr = { memory, size in
        guard let address = take(mapped(size)) else { return ARGON2_MEMORY_ALLOCATION_ERROR.rawValue }
        memory?.pointee = address.assumingMemoryBound(to: UInt8.self)
        return ARGON2_OK.rawValue
    }

    /// For `argon2_context`.
    static let deallocate: deallocate_fptr = { memory, size in
        guard let memory else { return }
        let block = Block(address: UnsafeMutableRawPointer(memory), size: mapped(size))
        kept.withLock { $0.blocks.append(block) }
    }

    /// What is mapped for a hash of this size: whole huge pages, if it is large enough for any.
    private static func mapped(_ size: Int) -> Int {
        let unit = size < hugePage ? Int(getpagesize()) : hugePage
        return (size + unit - 1) / unit * unit
    }

    private static func take(_ size: Int) -> UnsafeMutableRawPointer? {
        let (block, others) = kept.withLock { kept -> (UInt?, Kept) in
            if let index = kept.blocks.lastIndex(where: { $0.size == size }) {
                return (UInt(bitPattern: kept.blocks.remove(at: index).address), Kept())
            }
            // Of another size: the parameters have changed, or a digest has its own.
            defer { kept.blocks = [] }
            return (nil, Kept(blocks: kept.blocks))
        }
        for other in others.blocks { munmap(other.address, other.size) }
        return block.flatMap { UnsafeMutableRawPointer(bitPattern: $0) } ?? map(size)
    }

    /// Nil when it is not to be had.
    private static func map(_ size: Int) -> UnsafeMutableRawPointer? {
        // So much more that an aligned part is among it.
        let slack = size < hugePage ? 0 : hugePage
        guard let whole = mmap(nil, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            whole != MAP_FAILED
        else { return nil }
        guard slack > 0 else { return whole }
        let start = whole.alignedUp(toMultipleOf: hugePage)
        let before = start - whole
        if before > 0 { munmap(whole, before) }
        if slack > before { munmap(start + size, slack - before) }
        // Refused where the kernel has none; then the pages are small.
        _ = madvise(start, size, MADV_HUGEPAGE)
        return start
    }
}
