import Identity

/// Files with one user on each line and colons between the fields.
extension UserFileEntries {
    /// `name:digest`.
    mutating func readHtpasswd(_ bytes: [UInt8]) {
        readFields(bytes) { entries, line, fields in
            guard fields.count == 2 else { return entries.complain(line, "is not name:digest") }
            guard !fields[1].isEmpty else { return entries.complain(line, "has an empty password") }
            entries.found.append(UserFileEntry(line: line, name: fields[0], digest: fields[1]))
        }
    }

    /// `name:digest:…`, with the day of expiry in the eighth field (shadow(5)). A digest behind `!` is a
    /// locked account, imported disabled; no digest at all is a system's account, and skipped.
    mutating func readShadow(_ bytes: [UInt8], at now: Timestamp) {
        readFields(bytes) { entries, line, fields in
            guard fields.count >= 2 else { return entries.complain(line, "is not name:digest:…") }
            let digest = fields[1].drop { $0 == "!" }
            guard !fields[1].isEmpty else { return entries.complain(line, "has an empty password") }
            guard !digest.isEmpty, !digest.hasPrefix("*"), digest != "x" else {
                return entries.skipped.append(UserFile.Note(line: line, text: "has no password"))
            }
            var entry = UserFileEntry(line: line, name: fields[0], digest: String(digest))
            entry.isDisabled = digest.count < fields[1].count
            if fields.count > 7, !fields[7].isEmpty {
                guard let day = Int64(fields[7]) else {
                    return entries.complain(line, "has a day of expiry that is no number")
                }
                // A negative day is none (shadow(5) writes -1 for it in places).
                if day >= 0, Timestamp(milliseconds: 0) + .seconds(min(day, 1 << 32) * 86_400) <= now {
                    entry.isDisabled = true
                }
            }
            entries.found.append(entry)
        }
    }

    private mutating func readFields(
        _ bytes: [UInt8], _ read: (inout UserFileEntries, _ line: Int, _ fields: [String]) -> Void
    ) {
        for line in UserFileLines(bytes) where !line.isBlankOrComment {
            guard let text = String(validating: line.bytes, as: UTF8.self) else {
                complain(line.number, "is not UTF-8")
                continue
            }
            read(&self, line.number, text.split(separator: ":", omittingEmptySubsequences: false).map(String.init))
        }
    }
}
