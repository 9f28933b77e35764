public import Secrets

/// Why a text is not JSON as we read it. Says nothing of the text itself.
public enum JSONError: Error, Equatable, Sendable {
    /// Not RFC 8259, or not UTF-8, or bytes after the value.
    case malformed
    /// An object names a member twice, so two readers could see two values.
    case duplicateMember
    /// Nested deeper than `JSONValue.maximumDepth`.
    case tooDeep
}

/// One value of a JSON text (RFC 8259), read strictly: a text has one meaning or none.
///
/// Holds ranges into the document, which stays a `SecretBytes`; a string's characters are decoded
/// when asked for, so a password in a body is copied nowhere unless through `JSONString.secret`.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(JSONString)
    case array([JSONValue])
    case object(JSONObject)

    /// How many arrays and objects may lie in each other.
    public static let maximumDepth = 16

    /// Reads a whole document. Refuses what two parsers might read differently: members named twice,
    /// lone surrogates, bad UTF-8, a byte order mark, anything after the value.
    public static func parse(_ document: SecretBytes) throws(JSONError) -> JSONValue {
        try document.withUnsafeBytes { (bytes) throws(JSONError) -> JSONValue in
            var parser = JSONParser(document: document, bytes: bytes)
            return try parser.parseDocument()
        }
    }

    public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        try parse(SecretBytes(copying: bytes))
    }
}

extension JSONValue {
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The value of a number written as an integer, see `JSONNumber.integer`.
    public var integerValue: Int64? { if case .number(let value) = self { value.integer } else { nil } }
    public var stringValue: String? { if case .string(let value) = self { value.string } else { nil } }
    public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }
}

/// A number as it was written: never rounded, for it is never made a floating-point value.
public struct JSONNumber: Sendable {
    public let lexeme: String

    /// The value, if it was written as an integer (no fraction, no exponent) and fits.
    public var integer: Int64? { Int64(lexeme) }
}

/// A string, still in its document. The bytes are known to be well formed.
public struct JSONString: Sendable {
    let document: SecretBytes
    /// Between the quotes.
    let range: Range<Int>
    let hasEscapes: Bool

    public var string: String {
        document.withUnsafeBytes { bytes in
            let raw = UnsafeRawBufferPointer(rebasing: bytes[range])
            guard hasEscapes else { return String(decoding: raw, as: UTF8.self) }
            return String(unsafeUninitializedCapacity: raw.count) { JSONEscapes.decode(raw, into: $0) }
        }
    }

    /// The same characters in UTF-8, without ever being a `String`.
    public var secret: SecretBytes {
        document.withUnsafeBytes { bytes in
            let raw = UnsafeRawBufferPointer(rebasing: bytes[range])
            return SecretBytes(unsafeUninitializedCapacity: raw.count) { buffer in
                buffer.withMemoryRebound(to: UInt8.self) { JSONEscapes.decode(raw, into: $0) }
            }
        }
    }
}

/// An object. No two members have the same name; names compare byte by byte, not as Unicode text.
public struct JSONObject: Sendable {
    let members: [(name: String, value: JSONValue)]

    public subscript(_ name: String) -> JSONValue? {
        members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// In the order written.
    public var names: [String] { members.map(\.name) }
}
