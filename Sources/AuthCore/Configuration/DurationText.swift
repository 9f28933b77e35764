/// Durations as people write them: `30s`, `15m`, `12h`, `7d`, and `0`.
public enum DurationText {
    /// The duration; nil unless it is one whole number and one unit.
    public static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        guard let unit = text.last.flatMap(seconds), let count = wholeNumber(text.dropLast()) else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : .seconds(total)
    }

    /// The shortest way to write whole seconds: `15m`, not `900s`.
    public static func text(_ duration: Duration) -> String {
        let total = duration.components.seconds
        for unit in ["d", "h", "m"] as [Character] {
            if let length = seconds(unit), total != 0, total % length == 0 { return "\(total / length)\(unit)" }
        }
        return "\(total)s"
    }

    private static func seconds(_ unit: Character) -> Int64? {
        switch unit {
        case "s": 1
        case "m": 60
        case "h": 3600
        case "d": 86_400
        default: nil
        }
    }
}

/// A number in ASCII digits alone: no sign, no blank, no separator. nil if it does not fit.
func wholeNumber(_ text: some StringProtocol) -> Int64? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return Int64(text)
}
