import CFastCGI
import Glibc

/// Where requests come from, found out at start without a flag (DESIGN 2).
public enum RequestSource {
    /// A socket that listens.
    case socket(ListeningSocket)
    /// This process was started for one request, as plain CGI.
    case plainCGI

    /// Call before any other thread is started: SIGTERM and SIGINT are blocked from here on, and
    /// the server reads them.
    ///
    /// `--socket PATH`, then systemd's `LISTEN_FDS`, then descriptor 0, then plain CGI.
    public static func find(path: String?) throws(ListenError) -> RequestSource {
        TerminationSignals.block()
        if let path { return .socket(try ListeningSocket(bindingTo: path)) }
        if let descriptor = try systemdDescriptor() { return .socket(try ListeningSocket(inherited: descriptor)) }
        if FCGX_IsCGI() == 0 { return .socket(try ListeningSocket(inherited: STDIN_FILENO)) }
        if getenv("GATEWAY_INTERFACE") != nil { return .plainCGI }
        throw .nothing
    }

    /// sd_listen_fds(3): descriptors from 3 on, meant for this process only.
    private static func systemdDescriptor() throws(ListenError) -> Int32? {
        guard let count = environment("LISTEN_FDS"), let process = environment("LISTEN_PID"),
            process == String(getpid())
        else { return nil }
        unsetenv("LISTEN_FDS")
        unsetenv("LISTEN_PID")
        unsetenv("LISTEN_FDNAMES")
        guard count == "1" else { throw .severalSockets }
        return 3
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

/// Why a program has nowhere to take requests from. The text is for the admin.
public enum ListenError: Error, Equatable {
    /// No socket at descriptor 0, none from systemd, no `--socket` and no CGI request.
    case nothing
    /// `LISTEN_FDS` names more than one.
    case severalSockets
    /// The inherited descriptor does not listen.
    case notListening
    /// A TCP socket that others could reach: whoever can connect can forge every parameter.
    case reachableFromOutside
    /// What answers requests can't be made.
    case noHandler
    /// The path is longer than a Unix address holds.
    case pathTooLong
    /// Another process answers at the path.
    case inUse
    /// A system call failed.
    case system(call: String, errno: Int32)

    public var message: String {
        switch self {
        case .nothing:
            "no listening socket: start it with one at descriptor 0, by a systemd socket unit, or with --socket PATH"
        case .severalSockets: "LISTEN_FDS names several sockets: one program serves one"
        case .notListening: "the inherited descriptor is not a listening socket"
        case .reachableFromOutside: "refusing a TCP socket that is not on the loopback address"
        case .noHandler: "what answers requests could not be set up"
        case .pathTooLong: "the socket's path is longer than 107 bytes"
        case .inUse: "another process already answers at the socket's path"
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        }
    }
}

/// A listening socket: inherited, or bound here. One that was inherited is never unlinked.
public final class ListeningSocket {
    let descriptor: Int32
    /// Set when it was bound here.
    private let path: String?

    init(inherited descriptor: Int32) throws(ListenError) {
        var listens: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens == 1 else {
            throw .notListening
        }
        guard Self.isLocal(descriptor) else { throw .reachableFromOutside }
        self.descriptor = descriptor
        path = nil
        try makeNonBlocking()
    }

    /// Binds `path` with mode 0660: owner and group are who may speak to the program.
    init(bindingTo path: String) throws(ListenError) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        self.path = path
        guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
        try Self.removeStale(path)
        var address = try Self.address(path)
        // The mode must be right from the first moment on, so it comes from the umask.
        let mask = umask(0o117)
        defer { umask(mask) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw .system(call: "bind", errno: errno) }
        guard listen(descriptor, 511) == 0 else { throw .system(call: "listen", errno: errno) }
        try makeNonBlocking()
    }

    /// Takes the next waiting connection; nil when there is none. Throws only what is not the peer's doing.
    func accept() throws(ListenError) -> Int32? {
        while true {
            let connection = Glibc.accept(descriptor, nil, nil)
            if connection >= 0 { return connection }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO: continue
            case EAGAIN: return nil
            default: throw .system(call: "accept", errno: errno)
            }
        }
    }

    /// Takes the path away, so that nobody new connects; those waiting can still be accepted.
    func retire() {
        if let path { unlink(path) }
    }

    var isInherited: Bool { path == nil }

    private func makeNonBlocking() throws(ListenError) {
        // Another process on the same socket may take a connection between poll and accept.
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw .system(call: "fcntl", errno: errno)
        }
    }

    private static func address(_ path: String) throws(ListenError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .pathTooLong }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    /// A socket left by a process that died is removed; one that answers is not ours to take.
    private static func removeStale(_ path: String) throws(ListenError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .system(call: "bind", errno: EEXIST) }
        var address = try address(path)
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        let answered = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard !answered else { throw .inUse }
        // Any other error says nothing about whether somebody listens.
        guard errno == ECONNREFUSED else { throw .system(call: "connect", errno: errno) }
        unlink(path)
    }

    /// Unix, or TCP on the loopback address.
    private static func isLocal(_ descriptor: Int32) -> Bool {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let known = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 }
        }
        guard known else { return false }
        let family = Int32(storage.ss_family)
        return withUnsafeBytes(of: &storage) { bytes in
            switch family {
            case AF_UNIX: true
            // sin_addr is at offset 4, sin6_addr at offset 8.
            case AF_INET: bytes[4] == 127
            case AF_INET6: bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
            default: false
            }
        }
    }
}
