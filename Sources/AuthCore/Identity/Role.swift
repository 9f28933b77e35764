/// The name of something an account may do, such as `admin`.
///
/// 1 to 64 of `a-z 0-9 _ . : -`, the first a letter or a digit: safe in a header, a claim, a
/// comma-separated list and a FastCGI parameter as it stands.
public struct Role: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// In bytes, which here are characters.
    public static let maximumLength = 64

    public let name: String

    public init?(_ name: String) {
        let bytes = name.utf8
        guard bytes.count <= Self.maximumLength, let first = bytes.first, Self.isLetterOrDigit(first),
            bytes.allSatisfy({ Self.isLetterOrDigit($0) || Self.isPunctuation($0) })
        else { return nil }
        self.name = name
    }

    /// The roles of a comma-separated list without spaces, each once, in the order given; the empty
    /// text is no role. Nil if one of them is not a role.
    public static func list(_ text: String) -> [Role]? {
        guard !text.isEmpty else { return [] }
        var roles: [Role] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let role = Role(String(name)) else { return nil }
            if !roles.contains(role) { roles.append(role) }
        }
        return roles
    }

    /// The text `list` reads.
    public static func joined(_ roles: [Role]) -> String {
        roles.map(\.name).joined(separator: ",")
    }

    public var description: String { name }

    public static func < (first: Role, second: Role) -> Bool {
        first.name < second.name
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-")].contains(byte)
    }
}
