import Cryptography
import Glibc
import Identity
import Tokens

/// One token's entry, before it is put into a table.
struct TokenEntry {
    /// Followed in memory by the answer, the user name, the roles and the e-mail address.
    struct Header {
        let digest: SHA256Hasher.Digest
        let usableFrom: Timestamp
        let usableUntil: Timestamp
        let epoch: Int64
        let session: IDBits
        let account: IDBits
        let answerLength: UInt32
        let usernameLength: UInt16
        let rolesLength: UInt16
        let emailLength: UInt16

        /// Of all that follows.
        var restLength: Int {
            Int(answerLength) + Int(usernameLength) + Int(rolesLength) + Int(emailLength)
        }
    }

    let header: Header
    let rest: [UInt8]

    init(_ digest: SHA256Hasher.Digest, _ token: AccessToken, answer: [UInt8]) {
        let username = token.identity.username.utf8
        let roles = Role.joined(token.identity.roles).utf8
        let email = (token.identity.email ?? "").utf8
        // A token has at most 4096 bytes, so none of these lengths can be cut.
        header = Header(
            digest: digest, usableFrom: token.usableFrom, usableUntil: token.usableUntil, epoch: token.epoch,
            session: token.identity.session.bits, account: token.identity.account.bits,
            answerLength: UInt32(answer.count), usernameLength: UInt16(username.count),
            rolesLength: UInt16(roles.count), emailLength: UInt16(email.count))
        rest = answer + Array(username) + Array(roles) + Array(email)
    }
}

/// A hash table of entries that are only ever added, one behind the other, until all are dropped at
/// once: no allocation, and no memory that is not in use.
///
/// Digests of tokens that were verified can't be chosen, so none of their bits need hashing again.
struct TokenTable: ~Copyable {
    /// Bytes of memory for each place in the index: less than any entry takes.
    private static let bytesPerSlot = 256

    private let memory: UnsafeMutableRawBufferPointer
    /// Where an entry begins, in units of eight bytes from the end of the index and one more; 0: none.
    private let slots: UnsafeMutableBufferPointer<UInt32>
    private let entries: UnsafeMutableRawBufferPointer
    private var used = 0
    private var count = 0

    /// Stops the program where the system gives no memory.
    init(byteCount: Int) {
        var slotCount = 16
        while slotCount * 2 * Self.bytesPerSlot <= byteCount { slotCount *= 2 }
        let indexSize = slotCount * MemoryLayout<UInt32>.size
        let size = max(byteCount, indexSize)
        // Zeroed, and taking no memory before it is written.
        let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let start, start != MAP_FAILED else { preconditionFailure("no memory for verified tokens") }
        memory = UnsafeMutableRawBufferPointer(start: start, count: size)
        slots = UnsafeMutableRawBufferPointer(rebasing: memory[..<indexSize]).bindMemory(to: UInt32.self)
        entries = UnsafeMutableRawBufferPointer(rebasing: memory[indexSize...])
    }

    deinit { munmap(memory.baseAddress, memory.count) }

    func find(_ digest: SHA256Hasher.Digest) -> VerifiedToken? {
        var slot = place(of: digest)
        while slots[slot] != 0 {
            let entry = bytes(at: slots[slot])
            if entry.load(as: SHA256Hasher.Digest.self) == digest { return VerifiedToken(entry) }
            slot = next(slot)
        }
        return nil
    }

    /// False where there is no room.
    mutating func insert(_ entry: TokenEntry) -> Bool {
        guard let memory = reserve(entry.rest.count, for: entry.header.digest) else { return false }
        memory.storeBytes(of: entry.header, as: TokenEntry.Header.self)
        UnsafeMutableRawBufferPointer(rebasing: memory[MemoryLayout<TokenEntry.Header>.size...])
            .copyBytes(from: entry.rest)
        return true
    }

    /// Takes over what another table has; nil where there is no room.
    mutating func insert(copying found: VerifiedToken) -> VerifiedToken? {
        guard let memory = reserve(found.rest.count, for: found.header.digest) else { return nil }
        memory.storeBytes(of: found.header, as: TokenEntry.Header.self)
        UnsafeMutableRawBufferPointer(rebasing: memory[MemoryLayout<TokenEntry.Header>.size...])
            .copyMemory(from: found.rest)
        return VerifiedToken(UnsafeRawBufferPointer(memory))
    }

    /// Gives the memory back.
    mutating func removeAll() {
        guard count > 0 else { return }
        // Memory that comes back is zero: the index is empty. Locked memory stays.
        if madvise(memory.baseAddress, memory.count, MADV_DONTNEED) != 0 { slots.update(repeating: 0) }
        (used, count) = (0, 0)
    }

    /// Memory for an entry, found from now on by `digest`; a third of the index stays free.
    private mutating func reserve(_ restSize: Int, for digest: SHA256Hasher.Digest) -> UnsafeMutableRawBufferPointer? {
        let size = MemoryLayout<TokenEntry.Header>.size + restSize
        let taken = (size + 7) & ~7
        guard used + taken <= entries.count, (count + 1) * 3 <= slots.count * 2 else { return nil }
        var slot = place(of: digest)
        while slots[slot] != 0 { slot = next(slot) }
        slots[slot] = UInt32(used / 8 + 1)
        defer {
            used += taken
            count += 1
        }
        return UnsafeMutableRawBufferPointer(rebasing: entries[used..<used + size])
    }

    private func bytes(at reference: UInt32) -> UnsafeRawBufferPointer {
        let start = (Int(reference) - 1) * 8
        let header = entries.loadUnaligned(fromByteOffset: start, as: TokenEntry.Header.self)
        let size = MemoryLayout<TokenEntry.Header>.size + header.restLength
        return UnsafeRawBufferPointer(rebasing: entries[start..<start + size])
    }

    private func place(of digest: SHA256Hasher.Digest) -> Int { Int(truncatingIfNeeded: digest.0) & (slots.count - 1) }
    private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }
}
