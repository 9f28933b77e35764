import Encoding
import Secrets

/// An Argon2id digest as it is stored: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`, in the PHC string
/// format. There is exactly one spelling of each digest; every other is refused, and so is one
/// that asks for more than `Argon2Parameters` allows.
struct PHCString: Sendable {
    let parameters: Argon2Parameters
    let salt: [UInt8]
    let tag: SecretBytes

    /// In bytes.
    static let saltLengths = 8...64
    /// In bytes.
    static let tagLengths = 16...64
    /// Longest string within all bounds, in bytes: two times 86 for salt and tag, 33 for the rest, and room.
    static let maximumBytes = 256

    init(parameters: Argon2Parameters, salt: [UInt8], tag: SecretBytes) {
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
    }

    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let fields = text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard fields.count == 6, fields[0].isEmpty, fields[1].elementsEqual("argon2id".utf8),
            fields[2].elementsEqual("v=19".utf8), let parameters = Self.parameters(fields[3]),
            let salt = Base64Unpadded.decode(fields[4]), Self.saltLengths.contains(salt.count),
            var tag = Base64Unpadded.decode(fields[5]), Self.tagLengths.contains(tag.count)
        else { return nil }
        self.init(parameters: parameters, salt: salt, tag: SecretBytes(erasing: &tag))
    }

    /// The string to store.
    func serialized() -> String {
        let tag = tag.withUnsafeBytes { Base64Unpadded.encode($0) }
        let cost = "m=\(parameters.memoryKiB),t=\(parameters.time),p=\(parameters.lanes)"
        return "$argon2id$v=19$\(cost)$\(Base64Unpadded.encode(salt))$\(tag)"
    }

    private static func parameters(_ field: Substring.UTF8View) -> Argon2Parameters? {
        let values = field.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard values.count == 3, let memory = number(values[0], named: "m="), let time = number(values[1], named: "t="),
            let lanes = number(values[2], named: "p=")
        else { return nil }
        return Argon2Parameters(memoryKiB: memory, time: time, lanes: lanes)
    }

    /// A positive decimal number of at most ten digits, without sign or leading zero.
    private static func number(_ field: Substring.UTF8View, named name: String) -> Int? {
        guard field.starts(with: name.utf8) else { return nil }
        let digits = field.dropFirst(name.utf8.count)
        guard (1...10).contains(digits.count), digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
