/// Sizes as people write them: `512KiB`, `19MiB`, `1GiB`; always in powers of 1024.
public enum ByteSizeText {
    private static let units = [("GiB", Int64(1 << 30)), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// The size in bytes; nil unless it is one whole number and one unit.
    public static func parse(_ text: String) -> Int? {
        guard let (name, bytes) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        guard let count = wholeNumber(text.dropLast(name.count)) else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: bytes)
        return overflow ? nil : Int(total)
    }

    /// In the largest unit that divides it.
    public static func text(_ bytes: Int) -> String {
        for (name, unit) in units where bytes != 0 && Int64(bytes) % unit == 0 {
            return "\(Int64(bytes) / unit)\(name)"
        }
        return "\(bytes / 1024)KiB"
    }
}
