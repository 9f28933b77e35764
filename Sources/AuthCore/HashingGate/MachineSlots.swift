import FileLocks

/// The machine's places for hashes, as one thread of one program takes them: bytes of the file
/// `hashing` in AUTH_RUNTIME.
///
/// Each place has a byte for who is in it and one for who is next: to go in, one must first be next,
/// so whoever has just left can't overtake those who wait.
final class MachineSlots {
    /// Which bytes of the file. Lanes never share a place.
    struct Region: Sendable {
        let offset: Int
        let count: Int

        /// Most places of one region; AUTH_HASH_CONCURRENCY ends there.
        static let maximum = 1024

        /// For hashes within AUTH_ARGON2_MEMORY.
        static func ordinary(_ count: Int) -> Region { Region(offset: 0, count: count) }
        /// For the one that needs more.
        static let heavy = Region(offset: 2 * maximum, count: 1)
    }

    private let file: LockFile
    private let region: Region
    /// Where this thread looks first, and where it waits.
    private let home: Int
    private var taken: Int?

    /// Opens nothing yet.
    init(directory: String, region: Region, home: Int) {
        file = LockFile("hashing", in: directory)
        self.region = region
        self.home = home % region.count
    }

    /// Waits until this thread has a place on the machine.
    /// - Parameter beforeWaiting: called when none is free.
    func take(beforeWaiting: () -> Void) throws(LockFileUnavailable) {
        do throws(LockFileUnavailable) {
            try file.open()
            if try takeFree() { return }
            beforeWaiting()
            try file.lock(next(home), waiting: true)
            try file.lock(inside(home), waiting: true)
            try file.unlock(next(home))
            taken = home
        } catch {
            forget()
            throw error
        }
    }

    /// Leaves the place to whoever is next.
    func giveBack() {
        guard let slot = taken else { return }
        taken = nil
        if (try? file.unlock(inside(slot))) == nil { forget() }
    }

    private func takeFree() throws(LockFileUnavailable) -> Bool {
        for distance in 0..<region.count {
            let slot = (home + distance) % region.count
            guard try file.lock(next(slot), waiting: false) else { continue }
            let isFree = try file.lock(inside(slot), waiting: false)
            try file.unlock(next(slot))
            if isFree {
                taken = slot
                return true
            }
        }
        return false
    }

    private func inside(_ slot: Int) -> Int { region.offset + slot }
    private func next(_ slot: Int) -> Int { region.offset + Region.maximum + slot }

    private func forget() {
        file.close()
        taken = nil
    }
}
