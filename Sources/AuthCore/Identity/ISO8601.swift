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
