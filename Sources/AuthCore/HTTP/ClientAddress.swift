import Glibc

/// A client's address in one spelling (RFC 5952 for IPv6), or `unknown`: fit for a log line, a list
/// of sessions, and as a key. An IPv4 address that came as IPv6 (`::ffff:192.0.2.1`) is IPv4.
public struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    public let text: String
    /// What one client may be taken to own: an IPv4 address as it is, an IPv6 address by its /64
    /// (`2001:db8:1:2::/64`), of which a subscriber has all (RFC 6177 section 2); `unknown` is one.
    public let network: String

    public var description: String { text }

    public static let unknown = ClientAddress(text: "unknown")

    private init(text: String, network: String? = nil) {
        self.text = text
        self.network = network ?? text
    }

    /// Reads REMOTE_ADDR; anything that is no address, such as nginx's `unix:`, is `unknown`.
    public init(_ remoteAddress: String) {
        self = Self.version4(remoteAddress) ?? Self.version6(remoteAddress) ?? .unknown
    }

    private static func version4(_ text: String) -> ClientAddress? {
        var address = in_addr()
        guard inet_pton(AF_INET, text, &address) == 1 else { return nil }
        return canonical(AF_INET, &address).map { ClientAddress(text: $0) }
    }

    private static func version6(_ text: String) -> ClientAddress? {
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        let bytes = withUnsafeBytes(of: &address) { Array($0) }
        guard !bytes.starts(with: mapped) else {
            return ClientAddress(text: bytes[12...].map(String.init).joined(separator: "."))
        }
        let text = canonical(AF_INET6, &address)
        withUnsafeMutableBytes(of: &address) { for index in 8..<16 { $0[index] = 0 } }
        guard let text, let network = canonical(AF_INET6, &address) else { return nil }
        return ClientAddress(text: text, network: network + "/64")
    }

    /// `address` points to an `in_addr` or `in6_addr`, as `family` says.
    private static func canonical(_ family: Int32, _ address: UnsafeRawPointer) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            inet_ntop(family, address, buffer.baseAddress, socklen_t(buffer.count)).map { String(cString: $0) }
        }
    }
}

extension Request {
    /// Who asked, as nginx saw it; `unknown` when it did not say.
    public var clientAddress: ClientAddress {
        value(.remoteAddress).map(ClientAddress.init) ?? .unknown
    }
}
