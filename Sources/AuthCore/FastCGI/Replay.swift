import Glibc

/// Gives libfcgi, which reads descriptors only, a request that was gathered in memory: through a pair
/// of sockets, whose buffers hold a whole request and a whole answer.
final class Replay {
    /// libfcgi's end. It closes it where the answer can't be written.
    let library: Int32
    private let ours: Int32

    /// Nil where there are no descriptors left or the request does not fit.
    init?(_ gathered: GatheredBytes) {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else { return nil }
        (ours, library) = (pair[0], pair[1])
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(library, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let bytes = gathered.bytes
        guard send(ours, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT)) == bytes.count else {
            close(library)
            return nil
        }
    }

    deinit {
        close(ours)
    }

    /// Ends libfcgi's side, so that its answer has an end.
    func finishLibrary() {
        close(library)
    }

    /// Copies the answer to the connection.
    func forward(to descriptor: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(ours, &buffer, buffer.count)
            guard count > 0 else { return count == 0 }
            guard write(descriptor, buffer, count) == count else { return false }
        }
    }
}
