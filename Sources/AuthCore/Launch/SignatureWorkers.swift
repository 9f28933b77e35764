public import FastCGI
import Glibc

extension Workers {
    /// Threads that check signatures: one at rest, and as many as there are processors. Past the queue, which
    /// is about a second's work, 503 is the honest answer.
    public static var signatures: Workers {
        Workers(atRest: 1, atMost: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), queue: 16_384)
    }
}
