import Secrets

/// The 16 bytes of an identifier as two words, so that it is a plain value without storage of its own.
public struct IDBits: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// An identifier in the form of a UUID, one type for each kind of thing, so that an account is never
/// taken for a session. Public, not a secret, and no proof of anything: knowing one grants nothing.
///
/// Text is the canonical lower-case form of RFC 9562 and no other; ids order by time of making.
public protocol UniqueID: Hashable, Comparable, Sendable, CustomStringConvertible {
    var bits: IDBits { get }
    init(bits: IDBits)
}

extension UniqueID {
    /// A fresh version 7 UUID (RFC 9562 section 5.7): 48 bits of Unix milliseconds, 74 random bits.
    public static func make(at time: Timestamp) -> Self {
        var random = randomBytes(10).reduce(into: (UInt64(0), UInt64(0))) { words, byte in
            words.0 = words.0 << 8 | words.1 >> 56
            words.1 = words.1 << 8 | UInt64(byte)
        }
        random.0 &= 0x0fff
        random.1 &= 0x3fff_ffff_ffff_ffff
        let milliseconds = UInt64(bitPattern: time.milliseconds) << 16
        return Self(bits: IDBits(high: milliseconds | 0x7000 | random.0, low: 0x8000_0000_0000_0000 | random.1))
    }

    /// From exactly 16 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        func word(_ part: some Sequence<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(bits: IDBits(high: word(bytes.prefix(8)), low: word(bytes.dropFirst(8))))
    }

    /// From `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case.
    public init?(_ text: String) {
        let digits = text.utf8
        guard digits.count == 36 else { return nil }
        var words = (UInt64(0), UInt64(0))
        for (position, digit) in digits.enumerated() {
            if IDText.hyphens.contains(position) {
                guard digit == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = IDText.value(of: digit) else { return nil }
            if position < 19 { words.0 = words.0 << 4 | value } else { words.1 = words.1 << 4 | value }
        }
        self.init(bits: IDBits(high: words.0, low: words.1))
    }

    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, initialized in
            for index in 0..<8 {
                buffer[index] = UInt8(truncatingIfNeeded: bits.high >> (56 - 8 * index))
                buffer[index + 8] = UInt8(truncatingIfNeeded: bits.low >> (56 - 8 * index))
            }
            initialized = 16
        }
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 36) { text in
            var digit = 0
            for position in 0..<36 {
                if IDText.hyphens.contains(position) {
                    text[position] = UInt8(ascii: "-")
                    continue
                }
                let word = digit < 16 ? bits.high : bits.low
                text[position] = IDText.digit(for: word >> (60 - 4 * (digit % 16)) & 0x0f)
                digit += 1
            }
            return 36
        }
    }

    public static func < (first: Self, second: Self) -> Bool {
        (first.bits.high, first.bits.low) < (second.bits.high, second.bits.low)
    }
}

/// The letters of the text form.
private enum IDText {
    /// Where the hyphens stand: 8-4-4-4-12.
    static let hyphens: [Int] = [8, 13, 18, 23]

    static func value(of digit: UInt8) -> UInt64? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a") + 10)
        default: nil
        }
    }

    static func digit(for value: UInt64) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + UInt8(value) : UInt8(ascii: "a") + UInt8(value) - 10
    }
}

/// Names an account for ever; a user may change the name, never this.
public struct AccountID: UniqueID {
    public let bits: IDBits
    public init(bits: IDBits) { self.bits = bits }
}

/// Names one login of one account on one device.
public struct SessionID: UniqueID {
    public let bits: IDBits
    public init(bits: IDBits) { self.bits = bits }
}

/// Names a browser that was logged in with, by its device cookie.
public struct DeviceID: UniqueID {
    public let bits: IDBits
    public init(bits: IDBits) { self.bits = bits }
}
