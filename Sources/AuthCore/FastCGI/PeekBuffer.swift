import FastCGIRecords
import Glibc

/// Looks at what has arrived on a connection, so that libfcgi reads only complete requests.
///
/// A request that is all there (nearly every one of nginx's) is left in the socket for libfcgi. One
/// that comes in pieces is gathered here: left in the socket, many small pieces would fill it.
final class PeekBuffer {
    /// Parameters and body at their limits, and the headers of their records.
    static let capacity = maximumParameterBytes + 32 * 1024

    enum Outcome {
        case arrival(Arrival)
        case nothing
        case closed
    }

    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: PeekBuffer.capacity, alignment: 16)
    private let scanner: RequestScanner

    init(bodyLimit: Int) {
        scanner = RequestScanner(bodyLimit: bodyLimit)
    }

    deinit {
        memory.deallocate()
    }

    func look(at connection: Connection) -> Outcome {
        if let gathered = connection.gathered { return gather(connection, into: gathered) }
        let count = recv(connection.descriptor, memory.baseAddress, memory.count, Self.peeking)
        guard count > 0 else { return Self.ended(count) }
        // A password may have been among the bytes.
        defer { zero(UnsafeMutableRawBufferPointer(rebasing: memory[..<count])) }
        switch judge(UnsafeRawBufferPointer(rebasing: memory[..<count])) {
        case .incomplete:
            let gathered = GatheredBytes(capacity: Self.capacity)
            connection.gathered = gathered
            return gather(connection, into: gathered)
        case let arrival: return .arrival(arrival)
        }
    }

    /// Takes what is there off the socket and judges all that came so far.
    private func gather(_ connection: Connection, into gathered: GatheredBytes) -> Outcome {
        let room = gathered.room
        let count = recv(connection.descriptor, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
        guard count > 0 else { return Self.ended(count) }
        gathered.count += count
        return .arrival(judge(gathered.bytes))
    }

    private func judge(_ bytes: UnsafeRawBufferPointer) -> Arrival {
        let arrival = scanner.examine(bytes)
        switch arrival {
        case .complete(let framing) where framing.length != bytes.count: return .refused(.multiplexed)
        case .incomplete where bytes.count == Self.capacity: return .refused(.parametersTooLong)
        default: return arrival
        }
    }

    private static let peeking = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)

    private static func ended(_ count: Int) -> Outcome {
        count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .closed
    }
}

/// The bytes of a request that came in pieces; zeroed in the end.
///
/// Unchecked: it has one owner at a time, the server's thread until the request is complete and
/// the worker that answers it from then on.
final class GatheredBytes: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    var count = 0

    init(capacity: Int) {
        memory = .allocate(byteCount: capacity, alignment: 16)
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
