import Glibc
import HTTP

/// One connection of the web server. Only the server's own thread reads or changes its state.
final class Connection {
    enum State {
        /// Waits for a request; nothing of one has arrived.
        case idle
        /// A part of a request is here since the given moment (monotonic milliseconds).
        case partial(since: Int64)
        /// Another thread has the request. The connection is not closed meanwhile, so its descriptor's
        /// number means no other.
        case busy
        /// Answered and shut down for writing; the rest of an oversized body is thrown away
        /// until the peer closes or the moment has come.
        case lingering(until: Int64)

        /// Whether the clock can end it.
        var isTimed: Bool {
            switch self {
            case .partial, .lingering: true
            case .idle, .busy: false
            }
        }
    }

    let descriptor: Int32
    var state = State.idle
    /// Goes on when what another thread computes for it is done.
    var step: (envelope: Envelope, answer: () -> Response)?
    /// The beginning of a request that came in pieces.
    var gathered: GatheredBytes?
    /// Requests answered. nginx repeats a request on another connection only if this one has
    /// carried one before, so a fresh connection is never closed on it at shutdown.
    var answered = 0

    /// Adopts `descriptor` and bounds every wait on it.
    init(takingOwnership descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    /// No request that is sent from now on can get lost: the peer's write fails, and it asks elsewhere.
    /// What it has sent before can still be read.
    func refuseFurtherRequests() {
        shutdown(descriptor, Int32(SHUT_RD))
    }

    func finishWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }
}
