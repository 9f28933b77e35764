extension Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-11-21T03:40:00.123Z`.
    public func iso8601() -> String {
        let (day, millisecondOfDay) = Self.divideRoundingDown(milliseconds, 86_400_000)
        let (year, month, dayOfMonth) = Self.civilDate(day: day)
        let secondOfDay = millisecondOfDay / 1000
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(dayOfMonth, 2))"
        let hours = Self.padded(secondOfDay / 3600, 2)
        let minutes = Self.padded(secondOfDay / 60 % 60, 2)
        let seconds = Self.padded(secondOfDay % 60, 2)
        return "\(date)T\(hours):\(minutes):\(seconds).\(Self.padded(millisecondOfDay % 1000, 3))Z"
    }

    /// From `2026-11-21T03:40:00Z` or with one to three digits of a fraction; nil for any other form, and for
    /// a day or time that there is not.
    public init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        guard (20...24).contains(bytes.count), bytes.last == UInt8(ascii: "Z"), bytes.count != 21 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            guard bytes[range].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        let marks = zip([4, 7, 10, 13, 16], "--T::".utf8).allSatisfy { bytes[$0] == $1 }
        guard marks, let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            hour < 24, minute < 60, second < 60, bytes.count == 20 || bytes[19] == UInt8(ascii: ".")
        else { return nil }
        guard var fraction = bytes.count == 20 ? 0 : number(20..<bytes.count - 1) else { return nil }
        for _ in 0..<(24 - max(bytes.count, 21)) where bytes.count > 20 { fraction *= 10 }
        let dayNumber = Self.day(year: year, month: month, day: day)
        guard Self.civilDate(day: dayNumber) == (year, month, day) else { return nil }
        self.init(milliseconds: dayNumber * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + fraction)
    }

    /// Days from 1970-01-01 to a date, the inverse of `civilDate`.
    private static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = divideRoundingDown(marchYear, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01. Counts in eras of 400 years
    /// that begin on 1 March, so that the leap day is the last of its year.
    private static func civilDate(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = divideRoundingDown(day + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func divideRoundingDown(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
