import Identity
import JSON

/// One object on each line, as `fcgi-authctl user export` writes them.
extension UserFileEntries {
    private static let members: Set<String> = [
        "id", "username", "email", "roles", "digest", "disabled", "disabled_at", "created_at",
    ]
    /// Longest line, in bytes.
    private static let maximumLine = 64 * 1024

    mutating func readJSONLines(_ bytes: [UInt8]) {
        for line in UserFileLines(bytes) where !line.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            guard line.bytes.count <= Self.maximumLine else {
                complain(line.number, "is longer than \(Self.maximumLine / 1024) KiB")
                continue
            }
            guard let object = (try? JSONValue.parse(Array(line.bytes)))?.objectValue else {
                complain(line.number, "is no JSON object")
                continue
            }
            if let entry = read(object, line.number) { found.append(entry) }
        }
    }

    private mutating func read(_ object: JSONObject, _ line: Int) -> UserFileEntry? {
        let before = problems.count
        if object.names.contains(where: { !Self.members.contains($0) }) {
            complain(line, "has a member that is none of \(Self.members.sorted().joined(separator: ", "))")
        }
        var entry = UserFileEntry(line: line, name: text(object, "username", line) ?? "")
        entry.digest = text(object, "digest", line)
        entry.email = text(object, "email", line)
        entry.createdAt = time(object, "created_at", line)
        entry.disabledAt = time(object, "disabled_at", line)
        if let id = text(object, "id", line) {
            entry.id = AccountID(id)
            if entry.id == nil { complain(line, "id is not a UUID in lower case") }
        }
        entry.roles = roles(object, line)
        entry.isDisabled = isDisabled(object, line, at: entry.disabledAt)
        return problems.count == before ? entry : nil
    }

    /// Nil when it is null or not there.
    private mutating func text(_ object: JSONObject, _ name: String, _ line: Int) -> String? {
        switch object[name] {
        case nil, .null: return nil
        case .string(let value): return value.string
        default:
            complain(line, "\(name) is no text")
            return nil
        }
    }

    private mutating func time(_ object: JSONObject, _ name: String, _ line: Int) -> Timestamp? {
        guard let text = text(object, name, line) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            complain(line, "\(name) is not a time as 2026-11-21T03:40:00Z")
            return nil
        }
        return time
    }

    private mutating func roles(_ object: JSONObject, _ line: Int) -> [(name: String, line: Int)] {
        switch object["roles"] {
        case nil, .null: return []
        case .array(let values):
            let names = values.compactMap(\.stringValue)
            if names.count < values.count { complain(line, "roles holds what is no text") }
            return names.map { ($0, line) }
        default:
            complain(line, "roles is no array")
            return []
        }
    }

    private mutating func isDisabled(_ object: JSONObject, _ line: Int, at time: Timestamp?) -> Bool {
        switch object["disabled"] {
        case nil, .null: return time != nil
        case .bool(let value):
            if !value && time != nil { complain(line, "disabled is false, but disabled_at tells since when") }
            return value
        default:
            complain(line, "disabled is neither true nor false")
            return false
        }
    }
}
