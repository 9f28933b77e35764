internal import CZxcvbn
import Glibc
import Passwords

/// How many guesses a password would stand, by libzxcvbn, which has no state of its own and so may
/// be asked by all threads at once.
///
/// libzxcvbn takes time with the fourth power of the length (1.5 s for 100 times `12`), so that it
/// is shown the first and the last `windowLength` code points: a password is no weaker than its
/// parts. What is hashed is always the whole.
struct StrengthEstimate {
    let bits: Double
    /// What it is made of, the longest part first; the parts that are no pattern are left out.
    let patterns: [PasswordPattern]

    /// How much is looked at at once, in code points: under 3 ms in the worst case found.
    static let windowLength = 24

    /// Enough bits: what follows is not looked at.
    init(of password: UnsafeRawBufferPointer, words: PersonalWords, enough: Double) {
        let dictionary = words.words.map { word in word.withUnsafeBytes(Self.characters) }
        var characters = Self.characters(password)
        defer { characters.withUnsafeMutableBytes { Self.erase($0) } }
        let first = Self.estimate(characters.prefix(Self.windowLength), dictionary)
        guard first.bits < enough, characters.count > Self.windowLength else {
            self = first
            return
        }
        let last = Self.estimate(characters.suffix(Self.windowLength), dictionary)
        self = last.bits > first.bits ? last : first
    }

    private init(bits: Double, patterns: [PasswordPattern]) {
        self.bits = bits
        self.patterns = patterns
    }

    /// One byte for each code point: ASCII as it is, others so that one and the same is recognised. For
    /// the estimate only; NUL, which would end C's string, becomes another control.
    private static func characters(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var characters: [UInt8] = []
        // No byte of a password may stay behind in an array that was outgrown.
        characters.reserveCapacity(text.count)
        var decoder = UTF8()
        var bytes = text.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&bytes) {
            let value = scalar.value
            switch value {
            case 0: characters.append(1)
            case ..<0x80: characters.append(UInt8(value))
            default: characters.append(0x80 | UInt8((value ^ value >> 7 ^ value >> 14) & 0x7F))
            }
        }
        return characters
    }

    private static func estimate(_ window: ArraySlice<UInt8>, _ dictionary: [[UInt8]]) -> StrengthEstimate {
        withUnsafeTemporaryAllocation(byteCount: windowLength + 1, alignment: 1) { buffer in
            defer { erase(buffer) }
            _ = buffer.initializeMemory(as: UInt8.self, repeating: 0)
            buffer.copyBytes(from: window)
            return withCStrings(dictionary) { words in
                var matches: UnsafeMutablePointer<ZxcMatch_t>?
                defer { ZxcvbnFreeInfo(matches) }
                let bits = ZxcvbnMatch(buffer.assumingMemoryBound(to: CChar.self).baseAddress, words, &matches)
                return StrengthEstimate(bits: bits, patterns: patterns(matches))
            }
        }
    }

    private static func patterns(_ first: UnsafeMutablePointer<ZxcMatch_t>?) -> [PasswordPattern] {
        var matches: [ZxcMatch_t] = []
        var next = first
        while let match = next {
            matches.append(match.pointee)
            next = match.pointee.Next
        }
        var patterns: [PasswordPattern] = []
        for match in matches.sorted(by: { $0.Length > $1.Length }) {
            guard let pattern = PasswordPattern(match.Type), !patterns.contains(pattern) else { continue }
            patterns.append(pattern)
        }
        return patterns
    }

    private static func withCStrings<Result>(
        _ words: [[UInt8]], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let text: [CChar] = Array(words.joined(separator: [0])).map { CChar(bitPattern: $0) } + [0]
        return text.withUnsafeBufferPointer { text in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = words.map { word in
                defer { offset += word.count + 1 }
                return text.baseAddress?.advanced(by: offset)
            }
            pointers.append(nil)
            return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress) }
        }
    }

    private static func erase(_ buffer: UnsafeMutableRawBufferPointer) {
        if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
    }
}

extension PasswordPattern {
    /// Nil for characters without a pattern.
    fileprivate init?(_ type: ZxcTypeMatch_t) {
        let repeated = type.rawValue >= MULTIPLE_MATCH.rawValue
        let kind = ZxcTypeMatch_t(type.rawValue - (repeated ? MULTIPLE_MATCH.rawValue : 0))
        switch kind {
        case DICTIONARY_MATCH: self = .commonWord
        case DICT_LEET_MATCH: self = .disguisedWord
        case USER_MATCH, USER_LEET_MATCH: self = .name
        case REPEATS_MATCH: self = .repetition
        case SEQUENCE_MATCH: self = .sequence
        case SPATIAL_MATCH: self = .keyboardRow
        case DATE_MATCH, YEAR_MATCH: self = .date
        default:
            guard repeated else { return nil }
            self = .repetition
        }
    }
}
