import Accounts
import CredentialFields
import Database
import Devices
import Endpoints
import Events
import HTTP
import HashingGate
import Identity
import PasswordVerification
import Passwords
import RefreshTokens
import Secrets
import Sessions
import Settings
import Storage
import Throttling
import TokenDelivery
import Usernames

/// `POST /auth/login`: proves a password and opens a session, which takes the place of the one the
/// browser had. Unknown, wrong and disabled get one answer that costs one hash.
struct LoginHandler {
    let codec: RefreshTokenCodec
    let cookies: CookieNames
    let usernames: UsernameKind
    let hasher: PasswordHasher
    let line: AttemptLine
    let draw: DecoyDraw
    let store: Store
    let tokens: TokenDelivery
    let devices: DeviceCookies
    let clock: WallClock
    let log: EventLog

    var routes: [Route] {
        [Route(.post, .exactly("/auth/login"), page: .login, action: login)]
    }

    func login(_ exchange: Exchange) throws -> Answer {
        let form = try read(exchange)
        let (grant, now) = try opened(form, exchange)
        let account = grant.account.id
        log.record(
            .loginOK, request: exchange.requestID, account: account, session: grant.session.id,
            address: exchange.address.text)
        var answer = try tokens.answer(200, grant, by: form.delivery, at: now)
        if form.delivery == .cookie {
            answer.cookies.append(try devices.cookie(afterLoginTo: account, of: exchange.request, at: now))
        }
        return answer
    }

    private struct Form {
        let username: String
        let password: SecretBytes
        let remember: Bool
        let delivery: Delivery
    }

    private func read(_ exchange: Exchange) throws -> Form {
        var fields = FieldReader(exchange.fields)
        let username = fields.usernameText(usernames)
        let password = fields.secret("password")
        let remember = fields.bool("remember")
        let delivery = fields.delivery()
        guard fields.errors.isEmpty, let username, let password else {
            throw Problem(.invalidFields, errors: fields.errors)
        }
        return Form(username: username, password: password, remember: remember, delivery: delivery)
    }

    /// The session of who has proven the password, and when it was opened. Who must wait hears it at once;
    /// the others stand in line before their attempts are counted.
    private func opened(_ form: Form, _ exchange: Exchange) throws -> (Grant, Timestamp) {
        let username = try? Username(form.username, usernames)
        let subjects = try subjects(username, exchange)
        if let seconds = try store.attempts.blocked(subjects, at: clock()) { throw throttled(seconds, exchange) }
        return try line.turn(of: username?.canonical) {
            let attempt = try admit(subjects, exchange)
            switch try prove(attempt, username, form.password, exchange) {
            case .right(let account): return try open(account, attempt, form, exchange)
            case .wrong(let known): throw refuse(exchange, known)
            case .unreadable(let known): throw refuse(exchange, known, .digestUnreadable)
            }
        }
    }

    /// In one commit: the attempt has succeeded, the session is there, and the one that the browser had is
    /// over. Only if the password that was proven is still the account's, and the account is not disabled:
    /// both may have changed while it was hashed.
    private func open(
        _ account: AccountRecord, _ attempt: AttemptStore.Attempt, _ form: Form, _ exchange: Exchange
    ) throws -> (Grant, Timestamp) {
        let now = clock()
        let grant: Grant?
        do {
            grant = try store.sessions.open(
                account.id, passwordVersion: account.passwordVersion, client: exchange.client, remember: form.remember,
                delivery: form.delivery, replacing: form.delivery == .cookie ? replaced(exchange) : nil, at: now
            ) { () throws(StoreError) in try store.attempts.settle(attempt) }
        } catch {
            // The password was right. Where only the journal failed the commit has settled this already, and
            // a network is forgiven one failure more.
            try? store.attempts.withdraw(attempt)
            throw error
        }
        guard let grant else { throw refuse(exchange, account) }
        return (grant, now)
    }

    /// Counts the attempt before anything is hashed, so that parallel guesses are counted too, and
    /// known and unknown names alike.
    private func admit(_ subjects: AttemptSubjects, _ exchange: Exchange) throws -> AttemptStore.Attempt {
        switch try store.attempts.begin(subjects, at: clock()) {
        case .allowed(let attempt): return attempt
        case .blocked(let seconds): throw throttled(seconds, exchange)
        }
    }

    private func throttled(_ seconds: Int, _ exchange: Exchange) -> Problem {
        log.record(.loginThrottled, request: exchange.requestID, address: exchange.address.text)
        return Problem(.tooManyAttempts, retryAfter: seconds)
    }

    /// What the attempt counts for. A browser that its owner has used before has a count of its own,
    /// so that strangers can't keep the owner out.
    private func subjects(_ username: Username?, _ exchange: Exchange) throws -> AttemptSubjects {
        let network = exchange.address.network
        guard let username else { return store.limits.login(from: network) }
        if let device = devices.device(exchange.request),
            let account = try store.accounts.find(username: username.canonical)?.id,
            device.isKnown(to: account, at: clock())
        {
            return store.limits.login(username.canonical, of: account, onDevice: device.id)
        }
        return store.limits.login(username.canonical, from: network)
    }

    private enum Proof {
        case right(AccountRecord)
        /// The account of that name, if there is one: for the log, never for the answer.
        case wrong(AccountRecord?)
        /// Nobody can log in to the account, whatever the password: the admin should know.
        case unreadable(AccountRecord)
    }

    /// An attempt whose password could not be looked at (no memory, no store) is no wrong one.
    private func prove(
        _ attempt: AttemptStore.Attempt, _ username: Username?, _ password: SecretBytes, _ exchange: Exchange
    ) throws -> Proof {
        do {
            return try prove(username, password, exchange)
        } catch {
            try? store.attempts.withdraw(attempt)
            throw error
        }
    }

    /// Whether this is the account's password. Every way through here runs the same queries and checks the
    /// password once: a name without an account costs what an account that is drawn by it costs, so that
    /// stored digests of several kinds tell nothing either.
    private func prove(_ username: Username?, _ typed: SecretBytes, _ exchange: Exchange) throws -> Proof {
        let decoy = try store.accounts.drawnDigest(draw.digits(for: username?.canonical ?? ""))
        guard let credential = try store.accounts.credential(username: username?.canonical ?? "") else {
            try hasher.imitate(typed, against: decoy)
            return .wrong(nil)
        }
        let account = credential.account
        switch try hasher.verify(typed, against: credential.digest) {
        case .match where account.isDisabled, .mismatch: return .wrong(account)
        case .match(let needsRehash):
            if needsRehash { try rehash(typed, account, exchange) }
            return .right(account)
        case .unreadable: return .unreadable(account)
        }
    }

    /// Where there is no room for a second hash now, the next login makes it.
    private func rehash(_ typed: SecretBytes, _ account: AccountRecord, _ exchange: Exchange) throws {
        guard let password = PasswordRules.forVerification(typed), let digest = try? hasher.hash(password) else {
            return
        }
        if try store.accounts.updateDigest(account.id, digest: digest, ifVersion: account.passwordVersion, at: clock())
        {
            log.record(.passwordRehashed, request: exchange.requestID, account: account.id)
        }
    }

    /// The session whose cookie came along, which this login ends (OWASP ASVS 7.2.4): its tokens are about
    /// to be overwritten in this browser, and who else holds them should not keep them.
    private func replaced(_ exchange: Exchange) -> SessionID? {
        guard case .value(let text) = exchange.request.cookie(named: cookies.refresh) else { return nil }
        return codec.decode(text)?.session
    }

    /// One answer for all reasons. The name that was typed stays out of the log: it may be a password.
    private func refuse(
        _ exchange: Exchange, _ account: AccountRecord?, _ event: Event = .loginRefused
    ) -> Problem {
        log.record(event, request: exchange.requestID, account: account?.id, address: exchange.address.text)
        return Problem(.invalidCredentials)
    }
}
