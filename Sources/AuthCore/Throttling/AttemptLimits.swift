import Cryptography
import Encoding
public import Identity

/// Somebody or something whose failures are counted together, and the rule they are counted by.
public struct AttemptSubject: Sendable, Equatable {
    let key: String
    let rule: AttemptRule
}

/// All that one attempt counts for: every subject lets it through, or it counts for none.
public struct AttemptSubjects: Sendable, Equatable {
    /// In the order in which their rows are locked, the same for all.
    let counted: [AttemptSubject]
    /// What a success forgets besides.
    let forgotten: [AttemptSubject]

    init(_ counted: [AttemptSubject], forgotten: [AttemptSubject] = []) {
        self.counted = counted.sorted { $0.key < $1.key }
        self.forgotten = forgotten
    }
}

/// What is limited on this site and how strictly.
///
/// A network is an IPv4 address or an IPv6 /64, since whoever has one address of a /64 has all of
/// them. Networks are shared by many people: their limits are wide, and who has been here before is
/// not held up by them.
public struct AttemptLimits: Sendable {
    /// Failures of one network for each that an account has.
    static let networkFactor: Int64 = 100
    /// Failures over all known browsers of an account, so that many of them are no way around
    /// the limit for who once knew the password (NIST SP 800-63B-4 section 3.2.2 asks for 100).
    static let devicesAllowed: Int64 = 100
    /// Sign-ups with names that were taken: each of them tells that there is such an account.
    static let takenNamesAllowed: Int64 = 100
    /// Refresh tokens nobody issued, of one network.
    static let forgedAllowed: Int64 = 10_000
    /// Refreshes of one session without a pause.
    static let refreshesAllowed: Int64 = 20_000
    private static let day: Duration = .seconds(86_400)

    private let account: AttemptRule
    private let network: AttemptRule

    /// - Parameter allowed: AUTH_LOGIN_ATTEMPTS, wrong passwords in a row without a delay; at least 1.
    public init(allowed: Int) {
        let allowed = Int64(max(allowed, 1))
        account = AttemptRule(free: allowed, memory: .consecutive(Self.day))
        network = AttemptRule(free: allowed * Self.networkFactor, memory: .fading(oneEvery: .seconds(10)))
    }

    /// A login with what can't be a name, and so is no account's.
    public func login(from network: String) -> AttemptSubjects {
        AttemptSubjects([AttemptSubject(key: "login-network \(network)", rule: self.network)])
    }

    /// A login from a browser that is not known.
    /// - Parameter username: the canonical form, whether or not there is such an account.
    public func login(_ username: String, from network: String) -> AttemptSubjects {
        AttemptSubjects(login(from: network).counted + [name(username)])
    }

    /// A login from a browser that the account's owner has used before.
    public func login(_ username: String, of account: AccountID, onDevice device: DeviceID) -> AttemptSubjects {
        let devices = AttemptRule(free: max(Self.devicesAllowed, self.account.free), memory: self.account.memory)
        return AttemptSubjects(
            [
                AttemptSubject(key: "device \(device) \(account)", rule: self.account),
                AttemptSubject(key: "devices \(account)", rule: devices),
            ], forgotten: [name(username)])
    }

    /// A sign-up with a name that was taken.
    public func signup(from network: String) -> AttemptSubjects {
        let rule = AttemptRule(free: Self.takenNamesAllowed, memory: .fading(oneEvery: .seconds(10)))
        return AttemptSubjects([AttemptSubject(key: "signup-network \(network)", rule: rule)])
    }

    /// A password change. Its session proves who asks, so no stranger's failures are counted with it.
    public func passwordChange(of account: AccountID, from network: String) -> AttemptSubjects {
        AttemptSubjects([
            AttemptSubject(key: "password \(account)", rule: self.account),
            AttemptSubject(key: "password-network \(network)", rule: self.network),
        ])
    }

    /// Refresh tokens nobody issued. None can be guessed: what is limited is the noise.
    public func forgedRefresh(from network: String) -> AttemptSubject {
        AttemptSubject(
            key: "refresh-network \(network)",
            rule: AttemptRule(
                free: Self.forgedAllowed, step: GatheredAttempts.batch,
                memory: .fading(oneEvery: .milliseconds(100))))
    }

    /// Refreshes of one session, repeated or not, and refusals of its tokens: each of them is work for the store.
    public func refresh(of session: SessionID) -> AttemptSubject {
        AttemptSubject(
            key: "refresh \(session)",
            rule: AttemptRule(
                free: Self.refreshesAllowed, step: GatheredAttempts.batch,
                memory: .fading(oneEvery: .milliseconds(10))))
    }

    /// The name's digest: what was typed there may be a password.
    private func name(_ username: String) -> AttemptSubject {
        AttemptSubject(key: "login \(Base64URL.encode(SHA256Digest.digest(Array(username.utf8))))", rule: account)
    }
}
