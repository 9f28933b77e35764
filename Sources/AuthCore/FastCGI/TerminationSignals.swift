import CLinux
import Glibc

/// SIGTERM and SIGINT, which end a server in order: blocked in every thread and read from a descriptor.
///
/// They are blocked as soon as a program looks for its socket; from then on a signal waits until the
/// server reads it.
enum TerminationSignals {
    /// Call before any other thread is started.
    static func block() {
        var set = members
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Lets them end the process at once again, for a program that serves one request as plain CGI.
    static func unblock() {
        var set = members
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// A descriptor that is readable when one of them has come.
    static func descriptor() throws(ListenError) -> Int32 {
        var set = members
        let descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        guard descriptor >= 0 else { throw .system(call: "signalfd", errno: errno) }
        return descriptor
    }

    private static var members: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}
