import Accounts
import CredentialFields
import Devices
import Endpoints
import Events
import HTTP
import HashingGate
import Identity
import Lookalikes
import PasswordStrength
import Passwords
import Secrets
import Sessions
import Settings
import Storage
import Throttling
import TokenDelivery
import Usernames

/// `POST /auth/signup`: makes an account and its first session. It never reads an account.
struct SignupHandler {
    let isOpen: Bool
    let usernames: UsernameKind
    let lookalikes: Lookalikes
    let rules: NewPasswordRules
    let hasher: PasswordHasher
    let line: AttemptLine
    let store: Store
    let tokens: TokenDelivery
    let devices: DeviceCookies
    let clock: WallClock
    let log: EventLog

    var routes: [Route] {
        [Route(.post, .exactly("/auth/signup"), page: .signup, action: signup)]
    }

    func signup(_ exchange: Exchange) throws -> Answer {
        guard isOpen else { throw refuse(exchange, Problem(.signupClosed)) }
        let form = try validate(exchange)
        let subjects = store.limits.signup(from: exchange.address.network)
        try admit(subjects, exchange)
        let (grant, now) = try line.turn(of: nil) {
            // Others of the same network had their turns meanwhile.
            try admit(subjects, exchange)
            return try open(form, subjects, exchange)
        }
        log.record(
            .signupOK, request: exchange.requestID, account: grant.account.id, session: grant.session.id,
            address: exchange.address.text)
        var answer = try tokens.answer(201, grant, by: form.delivery, at: now)
        if form.delivery == .cookie {
            answer.cookies.append(
                try devices.cookie(afterLoginTo: grant.account.id, of: exchange.request, at: now))
        }
        return answer
    }

    /// Only names that turn out to be taken are counted, so a sign-up that a kill cut short costs its
    /// network nothing. Those under way at once can pass the limit by as many as they are.
    private func admit(_ subjects: AttemptSubjects, _ exchange: Exchange) throws {
        guard let seconds = try store.attempts.blocked(subjects, at: clock()) else { return }
        throw refuse(exchange, Problem(.tooManyAttempts, retryAfter: seconds))
    }

    /// The account with its first session, and when it was made.
    private func open(
        _ form: Form, _ subjects: AttemptSubjects, _ exchange: Exchange
    ) throws -> (Grant, Timestamp) {
        let account = NewAccount(
            username: form.username.canonical, skeleton: form.skeleton, email: form.email,
            digest: try hasher.hash(form.password))
        let now = clock()
        guard
            let grant = try store.sessions.signUp(
                account, client: exchange.client, remember: form.remember, delivery: form.delivery, at: now)
        else {
            _ = try store.attempts.begin(subjects, at: now)
            throw refuse(exchange, Problem(.usernameTaken))
        }
        return (grant, now)
    }

    private struct Form {
        let username: Username
        let skeleton: String
        let password: SecretBytes
        let email: String?
        let remember: Bool
        let delivery: Delivery
    }

    /// All that is wrong at once, each beside its field.
    private func validate(_ exchange: Exchange) throws -> Form {
        var fields = FieldReader(exchange.fields)
        let username = fields.username(usernames)
        let email = usernames == .email ? username?.canonical : fields.email()
        let names = [username?.canonical, email].compactMap(\.self)
        let password = fields.newPassword("password") { rules.normalize($0, names: names) }
        let remember = fields.bool("remember")
        let delivery = fields.delivery()
        let skeleton = admitted(username, &fields)
        guard fields.errors.isEmpty, let username, let skeleton, let password else {
            throw refuse(exchange, Problem(.invalidFields, errors: fields.errors))
        }
        return Form(
            username: username, skeleton: skeleton, password: password, email: email, remember: remember,
            delivery: delivery)
    }

    /// The skeleton of a name that can be taken for no other.
    private func admitted(_ username: Username?, _ fields: inout FieldReader) -> String? {
        guard let username else { return nil }
        do {
            return try lookalikes.admit(username)
        } catch {
            fields.refuse("username", error.code, error.detail)
            return nil
        }
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) -> Problem {
        log.record(
            .signupRefused, request: exchange.requestID, address: exchange.address.text,
            ["reason": problem.code.rawValue])
        return problem
    }
}
