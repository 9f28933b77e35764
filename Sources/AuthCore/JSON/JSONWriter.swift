/// Appends JSON to bytes.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Spaces for each level, or nil for one line.
    let indentation: Int?
    private var level = 0

    init(indentation: Int?) {
        self.indentation = indentation
    }

    mutating func write(_ value: JSONOutput) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .string(let value): write(value)
        case .array(let elements):
            writeList(elements, "[", "]") { writer, element in writer.write(element) }
        case .object(let members):
            writeList(members, "{", "}") { writer, member in
                writer.write(member.0)
                writer.append(writer.indentation == nil ? ":" : ": ")
                writer.write(member.1)
            }
        }
    }

    private mutating func writeList<Element>(
        _ elements: [Element], _ opening: String, _ closing: String, _ write: (inout JSONWriter, Element) -> Void
    ) {
        append(opening)
        level += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            breakLine()
            write(&self, element)
        }
        level -= 1
        if !elements.isEmpty { breakLine() }
        append(closing)
    }

    private mutating func breakLine() {
        guard let indentation else { return }
        append("\n")
        bytes += repeatElement(UInt8(ascii: " "), count: level * indentation)
    }

    private mutating func write(_ text: String) {
        append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                append("\\")
                append(scalar)
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\u{00}"..<"\u{20}", "\u{7f}"..."\u{9f}", "<", ">", "&", "\u{2028}", "\u{2029}":
                appendEscape(scalar)
            default: append(scalar)
            }
        }
        append("\"")
    }

    private mutating func appendEscape(_ scalar: Unicode.Scalar) {
        let digits = String(scalar.value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    }

    private mutating func append(_ text: String) {
        bytes += text.utf8
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
}
