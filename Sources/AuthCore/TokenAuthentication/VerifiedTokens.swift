import Cryptography
public import Identity
public import Tokens

/// Tokens that have been verified, so that the next request with one needs no signature check.
///
/// A token is known by SHA-256 of the whole of it, so what is found was verified byte for byte, and the
/// memory holds nothing that could be used as a token. What is found may have expired or been revoked
/// since: whoever asks checks that, each time. For one thread.
///
/// Memory is bounded: two halves, of which the newer takes what is added; when it is full the older is
/// emptied and takes its place. What is in use is found in the older half and moved on.
public final class VerifiedTokens {
    private let hasher = SHA256Hasher()
    private var newer: TokenTable
    private var older: TokenTable

    /// - Parameter byteLimit: of memory, at most; what is not used yet takes none.
    public init(byteLimit: Int) {
        newer = TokenTable(byteCount: byteLimit / 2)
        older = TokenTable(byteCount: byteLimit / 2)
    }

    /// What was found of this token. Good until the next call of any method.
    public func find(_ token: UnsafeRawBufferPointer) -> VerifiedToken? {
        find(hasher.digest(token))
    }

    private func find(_ digest: SHA256Hasher.Digest) -> VerifiedToken? {
        if let found = newer.find(digest) { return found }
        guard let found = older.find(digest) else { return nil }
        return newer.insert(copying: found) ?? found
    }

    /// Adds a token and the answer that goes with it, unless it is known: no client can fill the memory
    /// with one token. One too large for it is left out.
    public func insert(_ token: UnsafeRawBufferPointer, _ verified: AccessToken, answer: [UInt8]) {
        let digest = hasher.digest(token)
        guard find(digest) == nil else { return }
        let entry = TokenEntry(digest, verified, answer: answer)
        if newer.insert(entry) { return }
        swap(&newer, &older)
        newer.removeAll()
        _ = newer.insert(entry)
    }

    /// Forgets all: other keys may be in force.
    public func removeAll() {
        newer.removeAll()
        older.removeAll()
    }
}

/// What is known of a token that was verified before.
public struct VerifiedToken {
    let header: TokenEntry.Header
    let rest: UnsafeRawBufferPointer

    /// - Parameter bytes: of the entry, its header first.
    init(_ bytes: UnsafeRawBufferPointer) {
        header = bytes.load(as: TokenEntry.Header.self)
        rest = UnsafeRawBufferPointer(rebasing: bytes[MemoryLayout<TokenEntry.Header>.size...])
    }

    public var account: AccountID { AccountID(bits: header.account) }
    public var session: SessionID { SessionID(bits: header.session) }
    public var epoch: Int64 { header.epoch }

    /// Whether it is accepted at this moment, as far as time goes.
    public func isUsable(at now: Timestamp) -> Bool {
        header.usableFrom <= now && now < header.usableUntil
    }

    /// What was stored with it.
    public var answer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: rest[..<Int(header.answerLength)])
    }

    /// As the token says it.
    public var identity: Identity {
        var texts = rest[Int(header.answerLength)...]
        func text(_ length: UInt16) -> String {
            defer { texts = texts.dropFirst(Int(length)) }
            return String(decoding: texts.prefix(Int(length)), as: UTF8.self)
        }
        let (username, roles, email) = (text(header.usernameLength), text(header.rolesLength), text(header.emailLength))
        return Identity(
            account: account, session: session, username: username, email: email.isEmpty ? nil : email,
            roles: Role.list(roles) ?? [])
    }
}
