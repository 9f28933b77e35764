/// A web origin (RFC 6454): scheme, host and port, in one spelling, so that comparing is enough.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    public let scheme: String
    public let host: String
    public let port: UInt16

    /// Reads `https://example.org` or `https://example.org:8443`: no path, not even a `/`, and not
    /// `null`. Scheme and host may be in any case.
    public init?(_ text: String) {
        let text = String(decoding: text.utf8.map(asciiLowercased), as: UTF8.self)
        for scheme in ["https", "http"] where text.utf8.starts(with: "\(scheme)://".utf8) {
            self.init(scheme: scheme, authority: text.dropFirst(scheme.utf8.count + 3))
            return
        }
        return nil
    }

    /// The origin of an absolute URL, whatever its path.
    public init?(url: String) {
        guard let scheme = ["https://", "http://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { !["/", "?", "#"].contains($0) }
        self.init(scheme + authority)
    }

    /// The origin of a site served as `https` or not at what the client sent as Host.
    init?(secure: Bool, host: String) {
        let host = String(decoding: host.utf8.map(asciiLowercased), as: UTF8.self)
        self.init(scheme: secure ? "https" : "http", authority: host[...])
    }

    /// `host`, `host:port` or `[v6]:port`, in lower case.
    private init?(scheme: String, authority: Substring) {
        let host: Substring
        let port: Substring?
        if authority.utf8.first == UInt8(ascii: "[") {
            guard let end = authority.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let rest = authority[authority.utf8.index(after: end)...]
            guard rest.isEmpty || rest.utf8.first == UInt8(ascii: ":") else { return nil }
            host = authority[...end]
            port = rest.isEmpty ? nil : rest.dropFirst()
            guard host.dropFirst().dropLast().utf8.allSatisfy(isIPv6Byte) else { return nil }
        } else {
            let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = parts[0]
            port = parts.count > 1 ? parts[1] : nil
            guard isHostName(host) else { return nil }
        }
        guard let number = Self.port(port, scheme: scheme) else { return nil }
        self.scheme = scheme
        self.host = String(host)
        self.port = number
    }

    /// The port, the scheme's own when none is written; nil for anything but 1 to 65535 in digits.
    private static func port(_ text: Substring?, scheme: String) -> UInt16? {
        guard let text else { return scheme == "https" ? 443 : 80 }
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        guard let number = UInt16(text), number > 0 else { return nil }
        return number
    }

    /// As browsers write it in Origin: no port where it is the scheme's own.
    public var description: String {
        port == (scheme == "https" ? 443 : 80) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }
}

private func isIPv6Byte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: ":"),
        UInt8(ascii: "."):
        true
    default: false
    }
}
