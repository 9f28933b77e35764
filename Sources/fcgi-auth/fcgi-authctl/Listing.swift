import Accounts
import Identity
import JSON
import Sessions
import TokenSigning
import Tokens

// How what is listed appears: for a person in a table, for a script in JSON (snake_case, times in
// RFC 3339). Neither holds a digest, a generation or key material.

extension AccountRecord {
    var json: JSONOutput {
        [
            "id": .string(id.description),
            "username": .string(username),
            "email": email.map(JSONOutput.string) ?? .null,
            "roles": .array(roles.map { .string($0.name) }),
            "created_at": .string(createdAt.iso8601()),
            "disabled_at": disabledAt.map { .string($0.iso8601()) } ?? .null,
        ]
    }

    var roleNames: String { roles.map(\.name).joined(separator: ", ") }

    var state: String { disabledAt.map { "disabled \($0.brief)" } ?? "active" }
}

extension SessionRecord {
    func json(of account: AccountRecord) -> JSONOutput {
        [
            "id": .string(id.description),
            "user_id": .string(account.id.description),
            "username": .string(account.username),
            "created_at": .string(createdAt.iso8601()),
            "last_used_at": .string(lastUsedAt.iso8601()),
            "ends_at": .string(endsAt.iso8601()),
            "expires_at": .string(expiresAt.iso8601()),
            "remember": .bool(remember),
            "delivery": .string(delivery.rawValue),
            "address": .string(client.address),
            "user_agent": .string(client.userAgent),
        ]
    }
}

extension KeyDescription {
    var json: JSONOutput {
        [
            "kid": .string(kid),
            "algorithm": .string(algorithm.rawValue),
            "status": .string(status.rawValue),
            "not_before": .string(notBefore.iso8601()),
            "retires_at": retiresAt.map { .string($0.iso8601()) } ?? .null,
        ]
    }
}

extension Timestamp {
    /// To the second, in UTC: `2026-11-21 03:40:00Z`.
    var brief: String {
        iso8601().prefix(19).split(separator: "T").joined(separator: " ") + "Z"
    }
}

extension Int {
    /// `1 session`, `2 sessions`.
    func of(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}
