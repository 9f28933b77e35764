import Secrets

/// Reads one document, byte by byte. Every byte is looked at, none twice, and the stack is bounded
/// by `JSONValue.maximumDepth`.
struct JSONParser {
    let document: SecretBytes
    let bytes: UnsafeRawBufferPointer
    var position = 0
    private var depth = 0

    init(document: SecretBytes, bytes: UnsafeRawBufferPointer) {
        self.document = document
        self.bytes = bytes
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        let value = try parseValue()
        skipWhiteSpace()
        guard position == bytes.count else { throw .malformed }
        return value
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        switch current {
        case UInt8(ascii: "{"): return .object(try parseObject())
        case UInt8(ascii: "["): return .array(try parseArray())
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseLiteral("true", .bool(true))
        case UInt8(ascii: "f"): return try parseLiteral("false", .bool(false))
        case UInt8(ascii: "n"): return try parseLiteral("null", .null)
        default: return .number(try parseNumber())
        }
    }

    private mutating func parseObject() throws(JSONError) -> JSONObject {
        try enter()
        var members: [(name: String, value: JSONValue)] = []
        guard !skip(UInt8(ascii: "}")) else { return JSONObject(members: leave(members)) }
        repeat {
            skipWhiteSpace()
            let name = try parseString().string
            guard skip(UInt8(ascii: ":")) else { throw .malformed }
            members.append((name, try parseValue()))
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw .malformed }
        guard Self.areDistinct(members) else { throw .duplicateMember }
        return JSONObject(members: leave(members))
    }

    private mutating func parseArray() throws(JSONError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        guard !skip(UInt8(ascii: "]")) else { return leave(elements) }
        repeat {
            elements.append(try parseValue())
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw .malformed }
        return leave(elements)
    }

    private mutating func parseLiteral(_ literal: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let matches = literal.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard matches else { throw .malformed }
        position += literal.utf8CodeUnitCount
        return value
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= JSONValue.maximumDepth else { throw .tooDeep }
        position += 1
    }

    private mutating func leave<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }

    /// Compares as bytes: two spellings of one name are two names, as they are for every other reader.
    private static func areDistinct(_ members: [(name: String, value: JSONValue)]) -> Bool {
        // Beyond this many a set is cheaper than comparing each with each.
        guard members.count <= 16 else {
            return Set(members.map { Array($0.name.utf8) }).count == members.count
        }
        for (index, member) in members.enumerated() {
            for earlier in members[..<index] where earlier.name.utf8.elementsEqual(member.name.utf8) { return false }
        }
        return true
    }
}

extension JSONParser {
    /// The byte at the position; 0, which begins nothing, at the end.
    var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipWhiteSpace() {
        while true {
            switch current {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }

    /// Steps over this byte and the white space before it; false if another byte is there.
    mutating func skip(_ byte: UInt8) -> Bool {
        skipWhiteSpace()
        guard current == byte else { return false }
        position += 1
        return true
    }
}
