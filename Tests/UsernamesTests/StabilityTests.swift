import Foundation
import Testing
import Usernames

@Suite("Stability")
struct StabilityTests {
    /// Tests/Vectors/naughty-strings: minimaxir/big-list-of-naughty-strings at db33ec7.
    static func naughtyStrings() throws -> [String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/naughty-strings/blns.json")
        return try JSONDecoder().decode([String].self, from: Data(contentsOf: file))
    }

    private func isFixedPoint(_ name: Username) -> Bool {
        (try? Username(any: name.canonical)).map { Array($0.canonical.utf8) } == Array(name.canonical.utf8)
    }

    @Test("no naughty string becomes a name that the rules would change again")
    func naughty() throws {
        let strings = try Self.naughtyStrings()
        #expect(strings.count > 500)
        for text in strings {
            guard let name = try? Username(any: text) else { continue }
            #expect(isFixedPoint(name))
            #expect(!name.canonical.unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x7F })
        }
    }

    /// Every code point, but of the large uniform ranges (Han, Hangul, private use) one in 64.
    static func codePoints() -> some Sequence<Unicode.Scalar> {
        let uniform: [ClosedRange<UInt32>] = [0x3400...0x9FFF, 0xAC00...0xD7A3, 0xE000...0xF8FF, 0x20000...0x10FFFF]
        return (UInt32(0)...0x10FFFF).lazy
            .filter { value in value % 64 == 0 || !uniform.contains { $0.contains(value) } }
            .compactMap { Unicode.Scalar($0) }
    }

    @Test("every code point after a letter gives a fixed point or a refusal")
    func everyCodePoint() {
        var accepted = 0
        for scalar in Self.codePoints() {
            guard let name = try? Username(any: "a" + String(scalar)) else { continue }
            accepted += 1
            if !isFixedPoint(name) { Issue.record("U+\(String(scalar.value, radix: 16)) is not stable") }
        }
        #expect((25_000...60_000).contains(accepted))
    }
}
