/// The lines of a text with their numbers from 1; a carriage return at the end is not part of one.
struct UserFileLines: Sequence {
    struct Line {
        let number: Int
        let bytes: ArraySlice<UInt8>

        var text: String { String(decoding: bytes, as: UTF8.self) }

        var isBlankOrComment: Bool {
            guard let first = bytes.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) else {
                return true
            }
            return first == UInt8(ascii: "#")
        }
    }

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    func makeIterator() -> AnyIterator<Line> {
        var rest = bytes[...]
        var number = 0
        return AnyIterator {
            guard !rest.isEmpty else { return nil }
            number += 1
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            var line = rest[..<end]
            rest = rest[end...].dropFirst()
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            return Line(number: number, bytes: line)
        }
    }
}
