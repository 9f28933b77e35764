/// An HTTP method, as sent: method names are case-sensitive (RFC 9110 §9.1), so `get` is not `GET`.
public struct Method: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let get = Method(rawValue: "GET")
    public static let head = Method(rawValue: "HEAD")
    public static let post = Method(rawValue: "POST")
    public static let put = Method(rawValue: "PUT")
    public static let patch = Method(rawValue: "PATCH")
    public static let delete = Method(rawValue: "DELETE")
    public static let options = Method(rawValue: "OPTIONS")

    /// Whether a request by this method only reads (RFC 9110 §9.2.1). OPTIONS is not counted
    /// here: a preflight has an answer of its own.
    public var isSafe: Bool { self == .get || self == .head }
}
