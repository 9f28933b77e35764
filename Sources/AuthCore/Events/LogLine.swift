/// One log line, built field by field: `<6>TIME PROGRAM EVENT key=value key="other value"`.
///
/// Nothing put in can end the line, forge a field or move the cursor of who reads it: every byte
/// outside printable ASCII is escaped, and so are quotes and backslashes.
struct LogLine {
    /// A line is written whole or not at all: no longer than a pipe takes in one piece (PIPE_BUF).
    static let maximumBytes = 4096
    /// One value's share, so that a long one does not push the others out.
    static let maximumValueBytes = 1024

    private static let ending = Array(" truncated=true\n".utf8)

    private var bytes: [UInt8] = []
    private var isTruncated = false

    /// Time, program and event are written by us and short.
    init(severity: Int, time: String, program: String, event: String) {
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "<\(severity)>\(time) ".utf8)
        bytes.append(contentsOf: Self.name(program))
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: Self.name(event))
    }

    /// Adds ` key=value`, or leaves the field out when the line is full.
    mutating func add(_ key: String, _ value: String) {
        let field = Array(" ".utf8) + Self.name(key) + Array("=".utf8) + Self.value(value)
        guard bytes.count + field.count + Self.ending.count <= Self.maximumBytes else {
            isTruncated = true
            return
        }
        bytes.append(contentsOf: field)
    }

    /// The line with its line feed.
    func finished() -> [UInt8] { bytes + (isTruncated ? Self.ending : Array("\n".utf8)) }

    /// Names come from the source; whatever could not stand in one becomes `_`.
    private static func name(_ text: String) -> [UInt8] {
        text.utf8.prefix(64).map { isNameByte($0) ? $0 : UInt8(ascii: "_") }
    }

    /// Bare where it reads unambiguously, quoted and escaped otherwise.
    private static func value(_ text: String) -> [UInt8] {
        let isBare = { (byte: UInt8) in isNameByte(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "@") }
        if !text.isEmpty, text.utf8.count <= maximumValueBytes, text.utf8.allSatisfy(isBare) { return Array(text.utf8) }
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for scalar in text.unicodeScalars {
            guard quoted.count < maximumValueBytes else {
                quoted.append(contentsOf: "...".utf8)
                break
            }
            append(scalar, to: &quoted)
        }
        return quoted + [UInt8(ascii: "\"")]
    }

    private static func append(_ scalar: Unicode.Scalar, to quoted: inout [UInt8]) {
        switch scalar {
        case "\"": quoted.append(contentsOf: "\\\"".utf8)
        case "\\": quoted.append(contentsOf: "\\\\".utf8)
        case "\n": quoted.append(contentsOf: "\\n".utf8)
        case "\r": quoted.append(contentsOf: "\\r".utf8)
        case "\t": quoted.append(contentsOf: "\\t".utf8)
        case " "..."~": quoted.append(UInt8(ascii: scalar))
        default: quoted.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
        }
    }
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: ":"):
        true
    default: false
    }
}
