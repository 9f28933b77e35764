import FastCGIRecords
import Glibc

/// Takes what has arrived on connections and tells when it is a whole request.
///
/// One that comes at once (nearly every one of nginx's) stays in the buffer that all connections share
/// and is answered from there. One that comes in pieces is gathered in memory of its connection's own.
/// Whatever was received is zeroed after its use: it may hold a password.
final class Receiver {
    /// Parameters and body at their limits, and the headers of their records.
    static let capacity = maximumParameterBytes + 32 * 1024

    enum Outcome {
        /// `isDrained`: there was nothing more; what comes later is reported by epoll.
        case arrival(Arrival, UnsafeRawBufferPointer, isDrained: Bool)
        case nothing
        case closed
    }

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Receiver.capacity, alignment: 16)
    private let scanner: RequestScanner
    /// Bytes of `memory` that are in use.
    private var used = 0

    init(bodyLimit: Int) {
        scanner = RequestScanner(bodyLimit: bodyLimit)
    }

    deinit {
        forget()
        memory.deallocate()
    }

    /// The bytes of an arrival are good until `forget`, or as long as the connection's own memory.
    func receive(on connection: Connection) -> Outcome {
        if let gathered = connection.gathered { return gather(connection, into: gathered) }
        let count = recv(connection.descriptor, memory.baseAddress, memory.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return Self.ended(count) }
        used = count
        let bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
        let arrival = judge(bytes)
        if case .incomplete = arrival { connection.gathered = GatheredBytes(copying: bytes, capacity: Self.capacity) }
        return .arrival(arrival, bytes, isDrained: count < memory.count)
    }

    /// Throws away what is there. False when the peer has closed.
    func discard(on connection: Connection) -> Bool {
        defer { forget() }
        while true {
            let count = recv(connection.descriptor, memory.baseAddress, memory.count, Int32(MSG_DONTWAIT))
            used = max(used, count)
            if count > 0 { continue }
            return count < 0 && (errno == EAGAIN || errno == EINTR)
        }
    }

    /// Zeroes what was received last.
    func forget() {
        zero(UnsafeMutableRawBufferPointer(rebasing: memory[..<used]))
        used = 0
    }

    private func gather(_ connection: Connection, into gathered: GatheredBytes) -> Outcome {
        let room = gathered.room
        let count = recv(connection.descriptor, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return Self.ended(count) }
        gathered.count += count
        return .arrival(judge(gathered.bytes), gathered.bytes, isDrained: count < room.count)
    }

    /// A request sent before the one ahead of it was answered is none that nginx sends.
    private func judge(_ bytes: UnsafeRawBufferPointer) -> Arrival {
        let arrival = scanner.examine(bytes)
        switch arrival {
        case .complete(let framing) where framing.length != bytes.count: return .refused(.multiplexed)
        case .incomplete where bytes.count == Self.capacity: return .refused(.parametersTooLong)
        default: return arrival
        }
    }

    private static func ended(_ count: Int) -> Outcome {
        count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .closed
    }
}

/// The bytes of a request that comes in pieces; zeroed in the end.
final class GatheredBytes {
    private let memory: UnsafeMutableRawBufferPointer
    var count: Int

    init(copying bytes: UnsafeRawBufferPointer, capacity: Int) {
        memory = .allocate(byteCount: capacity, alignment: 16)
        memory.copyMemory(from: bytes)
        count = bytes.count
    }

    deinit {
        zero(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
        memory.deallocate()
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
    var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[count...]) }
}

/// Zeroes memory in a way that the compiler does not leave out.
func zero(_ memory: UnsafeMutableRawBufferPointer) {
    guard let start = memory.baseAddress else { return }
    explicit_bzero(start, memory.count)
}
