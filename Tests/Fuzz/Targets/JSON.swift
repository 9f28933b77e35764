import Secrets

@testable import JSON

/// Bodies, tokens and key files are read by one parser: it agrees with another reader on what is
/// JSON and on what it says, and what is written is read back as it was.
@Sendable func checkJSON(_ bytes: [UInt8]) {
    let expected = ReferenceJSON.parse(bytes, depth: JSONValue.maximumDepth)
    guard let value = try? JSONValue.parse(bytes) else {
        promise(expected == nil, "JSON is refused")
        return
    }
    promise(reference(value) == expected, "a text without one meaning is read")
    let once = output(value).serialized()
    guard let again = try? JSONValue.parse(once) else { return promise(false, "what was written is not JSON") }
    promise(output(again).serialized() == once, "writing is no fixed point")
    promise(once.allSatisfy { $0 >= 0x20 && ![0x3C, 0x3E, 0x26, 0x7F].contains($0) }, "an unsafe byte is written")
    let pretty = try? JSONValue.parse(Array(output(value).pretty().utf8))
    promise(pretty.map { output($0).serialized() } == once, "the indented text says something else")
}

private func reference(_ value: JSONValue) -> ReferenceJSON {
    switch value {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let number): .number(number.lexeme)
    case .string(let string): .string(utf8(string))
    case .array(let elements): .array(elements.map(reference))
    case .object(let object):
        .object(object.members.map { .init(name: Array($0.name.utf8), value: reference($0.value)) })
    }
}

/// A number that is no integer is written as its text.
private func output(_ value: JSONValue) -> JSONOutput {
    switch value {
    case .null: .null
    case .bool(let value): .bool(value)
    case .number(let number): number.integer.map(JSONOutput.integer) ?? .string(number.lexeme)
    case .string(let string): .string(string.string)
    case .array(let elements): .array(elements.map(output))
    case .object(let object): .object(object.members.map { ($0.name, output($0.value)) })
    }
}

/// As text and as secret bytes alike.
private func utf8(_ string: JSONString) -> [UInt8] {
    let secret = string.secret.withUnsafeBytes { Array($0) }
    promise(secret == Array(string.string.utf8), "a secret is another string than the text")
    return secret
}
