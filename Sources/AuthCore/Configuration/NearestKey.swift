extension SettingKey {
    /// The key somebody probably meant; nil where none is close.
    static func nearest(to name: String) -> SettingKey? {
        var typed = Array(name.utf8.prefix(64)).map { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte & 0xDF : byte
        }
        if !typed.starts(with: "AUTH_".utf8) { typed = Array("AUTH_".utf8) + typed }
        let limit = max(2, typed.count / 3)
        // The distance is at least the difference in length.
        let possible = allCases.filter { abs($0.name.utf8.count - typed.count) <= limit }
        let ranked = possible.map { key in (key: key, distance: editDistance(typed, Array(key.name.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= limit ? best.key : nil
    }

    /// How many bytes must be put in, taken out or changed to make one of the other (Levenshtein).
    private static func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var previous = Array(0...second.count)
        var current = previous
        for (row, left) in first.enumerated() {
            current[0] = row + 1
            for (column, right) in second.enumerated() {
                let change = previous[column] + (left == right ? 0 : 1)
                current[column + 1] = min(change, previous[column + 1] + 1, current[column] + 1)
            }
            swap(&previous, &current)
        }
        return previous[second.count]
    }
}
