import CLinux
import Glibc

/// Why no place could be had or waited for.
struct SlotsUnavailable: Error {
    let reason: String

    /// What the last system call said.
    init(_ call: String) {
        reason = "\(call): \(String(cString: strerror(errno)))"
    }
}

/// The machine's places for hashes, as one thread of one program takes them: byte ranges of the
/// file `hashing` in AUTH_RUNTIME, locked by this thread's open file description (fcntl(2), F_OFD_*).
///
/// The kernel gives a lock back when the process ends, however it ends. Each place has a byte for
/// who is in it and one for who is next: to go in, one must first be next, so whoever has just
/// left can't overtake those who wait.
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

    private let directory: String
    private let region: Region
    /// Where this thread looks first, and where it waits.
    private let home: Int
    private var file: Int32 = -1
    private var taken: Int?

    /// Opens nothing yet.
    init(directory: String, region: Region, home: Int) {
        self.directory = directory
        self.region = region
        self.home = home % region.count
    }

    deinit {
        if file >= 0 { close(file) }
    }

    /// Waits until this thread has a place on the machine.
    func take() throws(SlotsUnavailable) {
        try openFile()
        do throws(SlotsUnavailable) {
            if try takeFree() { return }
            try lock(next(home), waiting: true)
            try lock(inside(home), waiting: true)
            try unlock(next(home))
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
        if (try? unlock(inside(slot))) == nil { forget() }
    }

    private func takeFree() throws(SlotsUnavailable) -> Bool {
        for distance in 0..<region.count {
            let slot = (home + distance) % region.count
            guard try lock(next(slot), waiting: false) else { continue }
            let isFree = try lock(inside(slot), waiting: false)
            try unlock(next(slot))
            if isFree {
                taken = slot
                return true
            }
        }
        return false
    }

    private func inside(_ slot: Int) -> Int { region.offset + slot }
    private func next(_ slot: Int) -> Int { region.offset + Region.maximum + slot }

    /// False when another has it and this does not wait.
    @discardableResult
    private func lock(_ byte: Int, waiting: Bool) throws(SlotsUnavailable) -> Bool {
        if set(F_WRLCK, byte, waiting ? F_OFD_SETLKW : F_OFD_SETLK) { return true }
        guard !waiting, errno == EAGAIN || errno == EACCES else { throw SlotsUnavailable("fcntl") }
        return false
    }

    private func unlock(_ byte: Int) throws(SlotsUnavailable) {
        guard set(F_UNLCK, byte, F_OFD_SETLK) else { throw SlotsUnavailable("fcntl") }
    }

    private func set(_ kind: Int32, _ byte: Int, _ command: Int32) -> Bool {
        var range: flock = .init()
        range.l_type = Int16(kind)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = byte
        range.l_len = 1
        while fcntl(file, command, &range) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }

    // MARK: The file

    /// Opens the file, again when somebody has deleted it: the other programs lock what has the name.
    private func openFile() throws(SlotsUnavailable) {
        let path = directory + "/hashing"
        if file >= 0, hasName(path) { return }
        forget()
        file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        if file < 0, errno == ENOENT {
            try make(path)
            file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        }
        guard file >= 0 else { throw SlotsUnavailable(path) }
    }

    private func forget() {
        if file >= 0 { close(file) }
        file = -1
        taken = nil
    }

    private func hasName(_ path: String) -> Bool {
        var (held, named) = (stat(), stat())
        return fstat(file, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev
            && held.st_ino == named.st_ino
    }

    /// The file gets its name when every program may open it: mode 0660, and the directory's group
    /// when the process may give it. When another had one first, that is it.
    private func make(_ path: String) throws(SlotsUnavailable) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let made = mkstemp(&template)
        guard made >= 0 else { throw SlotsUnavailable(path) }
        defer {
            close(made)
            unlink(template)
        }
        var parent = stat()
        if stat(directory, &parent) == 0 { _ = fchown(made, uid_t.max, parent.st_gid) }
        guard fchmod(made, 0o660) == 0, link(template, path) == 0 || errno == EEXIST else {
            throw SlotsUnavailable(path)
        }
    }
}
