public import Identity
import JSON
import Secrets
public import Tokens

/// The directory of keys, as the admin's command line changes it. The only writer of key files.
///
/// - `signing.json`: private keys, for programs that issue tokens
/// - `verify.json`: what verifies them, for programs that accept tokens
/// - `jwks.json`: the public keys, for everybody; never a shared key
/// - `refresh.key`: the key of the refresh tokens' MAC; made once
public struct KeyStore: Sendable {
    /// Time for every verifier, and for caches of `jwks.json`, to learn of a key before it signs.
    public static let defaultPublishDelay = Duration.seconds(600)

    private let directory: KeyDirectory
    private let tokenLifetime: Duration

    /// `tokenLifetime` is how long a token may live: as long as that, a key verifies after its successor
    /// has begun.
    public init(directory: String, tokenLifetime: Duration) {
        self.directory = KeyDirectory(path: directory)
        self.tokenLifetime = tokenLifetime
    }

    /// Makes the first key, which signs at once, and `refresh.key`; does nothing if there are keys.
    /// True if it made one.
    @discardableResult
    public func create(_ algorithm: SignatureAlgorithm, at now: Timestamp) throws(KeyStoreError) -> Bool {
        let lock = try directory.lock()
        defer { lock.release() }
        guard try read().isEmpty else { return false }
        _ = try add(algorithm, to: [], at: now, publishDelay: .zero, retireOld: false)
        return true
    }

    /// Adds a key that begins to sign after `publishDelay`, or at once if it is the first, and takes
    /// away keys that nothing needs. With `retireOld`, for when a key has been stolen, all others end
    /// now, with every token they signed.
    public func rotate(
        _ algorithm: SignatureAlgorithm, at now: Timestamp, publishDelay: Duration = defaultPublishDelay,
        retireOld: Bool = false
    ) throws(KeyStoreError) -> KeyDescription {
        let lock = try directory.lock()
        defer { lock.release() }
        let keys = try read()
        let delay = keys.isEmpty || retireOld ? .zero : publishDelay
        return try add(algorithm, to: keys, at: now, publishDelay: delay, retireOld: retireOld)
    }

    /// In the order in which they sign.
    public func list(at now: Timestamp) throws(KeyStoreError) -> [KeyDescription] {
        KeyDescription.describe(try read(), at: now, tokenLifetime: tokenLifetime)
    }
}

extension KeyStore {
    private func add(
        _ algorithm: SignatureAlgorithm, to keys: [PrivateJSONWebKey], at now: Timestamp, publishDelay: Duration,
        retireOld: Bool
    ) throws(KeyStoreError) -> KeyDescription {
        try directory.createRefreshKey()
        var notBefore = Timestamp(seconds: (now + publishDelay).seconds)
        // No two keys begin together: which of them signs would be left to chance.
        while keys.contains(where: { $0.notBefore == notBefore }) { notBefore = notBefore + .seconds(1) }
        let key: PrivateJSONWebKey
        do throws(KeySetError) { key = try .generate(algorithm, notBefore: notBefore) } catch { throw .keys(error) }

        let all = (keys + [key]).sorted { ($0.notBefore, $0.kid) < ($1.notBefore, $1.kid) }
        let kept = retireOld ? [key] : unretired(all, at: now)
        try publish(all)
        try directory.write(.signing, keySet(kept.map(\.signing)))
        // Only after no issuer finds them any more.
        if kept.count < all.count { try publish(kept) }
        let descriptions = KeyDescription.describe(kept, at: now, tokenLifetime: tokenLifetime)
        guard let description = descriptions.first(where: { $0.kid == key.kid }) else { throw .keys(.empty) }
        return description
    }

    private func unretired(_ keys: [PrivateJSONWebKey], at now: Timestamp) -> [PrivateJSONWebKey] {
        let descriptions = KeyDescription.describe(keys, at: now, tokenLifetime: tokenLifetime)
        return zip(keys, descriptions).filter { $0.1.status != .retired }.map(\.0)
    }

    /// Always before a key can sign, so that no token is seen before its key.
    private func publish(_ keys: [PrivateJSONWebKey]) throws(KeyStoreError) {
        try directory.write(.published, keySet(keys.compactMap(\.published)))
        try directory.write(.verifying, keySet(keys.map(\.verifying)))
    }

    private func keySet(_ keys: [JSONOutput]) -> SecretBytes {
        var bytes = Array((JSONOutput.object([("keys", .array(keys))]).pretty() + "\n").utf8)
        return SecretBytes(erasing: &bytes)
    }

    /// No file is no keys; a broken one is an error, and is not overwritten.
    private func read() throws(KeyStoreError) -> [PrivateJSONWebKey] {
        guard let document = try directory.read(.signing) else { return [] }
        do throws(KeySetError) { return try PrivateJSONWebKey.parseSet(document) } catch { throw .keys(error) }
    }
}
