public import Accounts
import Identity
public import JSON
public import Sessions

extension AccountRecord {
    /// `user` of the HTTP contract. No digest, no counter.
    public var json: JSONOutput {
        [
            "id": .string(id.description),
            "username": .string(username),
            "email": email.map(JSONOutput.string) ?? .null,
            "roles": .array(roles.map { .string($0.name) }),
            "created_at": .string(createdAt.iso8601()),
        ]
    }
}

extension SessionRecord {
    /// One session as its owner sees it. No generation: it is half of the refresh token.
    public func json(isCurrent: Bool) -> JSONOutput {
        [
            "id": .string(id.description),
            "current": .bool(isCurrent),
            "created_at": .string(createdAt.iso8601()),
            "last_used_at": .string(lastUsedAt.iso8601()),
            "expires_at": .string(expiresAt.iso8601()),
            "remember": .bool(remember),
            "address": .string(client.address),
            "user_agent": .string(client.userAgent),
        ]
    }
}
