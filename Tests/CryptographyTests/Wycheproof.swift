import JSON
import Secrets
import Testing

/// The vectors of one Wycheproof file: the group's members and the test's own.
struct WycheproofVector: Sendable, CustomTestStringConvertible {
    let group: JSONObject
    let test: JSONObject

    /// Of the group, in bits.
    func size(_ name: String) -> Int64 { group[name]?.integerValue ?? 0 }

    var id: Int64 { test["tcId"]?.integerValue ?? 0 }
    var isValid: Bool { test["result"]?.stringValue == "valid" }
    var testDescription: String {
        "\(id) \(test["comment"]?.stringValue ?? "")"
    }

    static func read(_ file: String, here: String = #filePath) throws -> [WycheproofVector] {
        let tests = here.split(separator: "/").dropLast(2).joined(separator: "/")
        let document = try SecretFile.read("/\(tests)/Vectors/wycheproof/\(file)").contents
        let groups = try JSONValue.parse(document).objectValue?["testGroups"]?.arrayValue?.compactMap(\.objectValue)
        return (groups ?? []).flatMap { group in
            (group["tests"]?.arrayValue ?? []).compactMap(\.objectValue).map {
                WycheproofVector(group: group, test: $0)
            }
        }
    }

    /// A member of the test, which is in hexadecimal.
    func bytes(_ name: String) throws -> [UInt8] {
        try Self.bytes(try #require(test[name]?.stringValue))
    }

    /// A member of the group's public key, which is in hexadecimal.
    func keyBytes(_ name: String) throws -> [UInt8] {
        let key = try #require(group["publicKey"]?.objectValue)
        return try Self.bytes(try #require(key[name]?.stringValue))
    }

    private static func bytes(_ hexadecimal: String) throws -> [UInt8] {
        let digits = Array(hexadecimal.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map { position in
            try #require(UInt8(String(decoding: digits[position..<(position + 2)], as: UTF8.self), radix: 16))
        }
    }
}
