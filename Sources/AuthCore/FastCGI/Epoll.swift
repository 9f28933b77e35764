import CLinux
import Glibc

/// The descriptors whose readiness the server waits for. One owner, one thread.
final class Epoll {
    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    init() throws(ListenError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Reports `target` as often as it stays readable.
    func watch(_ target: Int32) throws(ListenError) {
        try add(target, EPOLLIN.rawValue)
    }

    /// Reports `target` once for every arrival of bytes or of the peer's end.
    func watchArrivals(_ target: Int32) throws(ListenError) {
        try add(target, EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue)
    }

    func forget(_ target: Int32) {
        epoll_ctl(descriptor, EPOLL_CTL_DEL, target, nil)
    }

    /// Waits up to `milliseconds` (-1: for ever) and hands over each ready descriptor, and whether its
    /// peer will send nothing more.
    func wait(milliseconds: Int32, _ body: (_ descriptor: Int32, _ peerHasEnded: Bool) -> Void) {
        let count = epoll_wait(descriptor, &events, Int32(events.count), milliseconds)
        for index in 0..<max(0, Int(count)) {
            body(events[index].data.fd, events[index].events & Self.ends != 0)
        }
    }

    private static let ends = EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue

    private func add(_ target: Int32, _ interest: UInt32) throws(ListenError) {
        var event = epoll_event()
        event.events = interest
        event.data.fd = target
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, target, &event) == 0 else {
            throw .system(call: "epoll_ctl", errno: errno)
        }
    }
}
