import Usernames

/// For scripts/precis: what `Username` makes of strings. Reads one string a line, its UTF-8 in hexadecimal;
/// answers `=` and the canonical form likewise, or `!` and the code of the refusal. Never shipped.
@main
enum Main {
    static func main() {
        while let line = readLine() {
            print(answer(line))
        }
    }

    private static func answer(_ line: String) -> String {
        guard let text = String(validating: bytes(line), as: UTF8.self) else { return "!not_utf8" }
        do throws(UsernameRefusal) {
            return try "=" + Username(any: text).canonical.utf8.map(hexadecimal).joined()
        } catch {
            return "!" + error.code
        }
    }

    private static func bytes(_ line: String) -> [UInt8] {
        let digits = line.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 1, to: digits.count, by: 2).map { UInt8(digits[$0 - 1] * 16 + digits[$0]) }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
}
