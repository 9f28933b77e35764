import Accounts
import CredentialFields
import Endpoints
import Events
import HTTP
import Identity
import PasswordStrength
import PasswordVerification
import Passwords
import Secrets
import Sessions
import Storage
import Throttling

/// `POST /auth/password`: a new password for who knows the present one. Every other session ends.
struct PasswordHandler {
    let account: AccountHandler
    let rules: NewPasswordRules
    let hasher: PasswordHasher

    var routes: [Route] {
        [Route(.post, .exactly("/auth/password"), page: .account, action: change)]
    }

    func change(_ exchange: Exchange) throws -> Answer {
        let grant = try account.authenticate(exchange)
        var fields = FieldReader(exchange.fields)
        let current = fields.secret("current_password")
        let names = [grant.account.username, grant.account.email].compactMap(\.self)
        let password = fields.newPassword("new_password") { rules.normalize($0, names: names) }
        guard fields.errors.isEmpty, let current, let password else {
            throw Problem(.invalidFields, errors: fields.errors)
        }
        try prove(current, of: grant.account, exchange)
        let digest = try hasher.hash(password)
        // Two changes at once: the second proved a password that is no longer the account's.
        guard
            try account.store.revocations.changePassword(
                of: grant.account.id, digest: digest, ifVersion: grant.account.passwordVersion,
                keeping: grant.session.id, at: account.clock()) != nil
        else { throw Problem(.invalidCredentials) }
        account.log.record(
            .passwordChanged, request: exchange.requestID, account: grant.account.id, session: grant.session.id,
            address: exchange.address.text)
        return Answer(204)
    }

    /// Guesses are limited as those at login are, since a session left open must not be a way around
    /// that, but counted apart: who has no session can't keep the owner from a new password.
    private func prove(_ raw: SecretBytes, of record: AccountRecord, _ exchange: Exchange) throws {
        let attempts = account.store.attempts
        let subjects = account.store.limits.passwordChange(of: record.id, from: exchange.address.network)
        switch try attempts.begin(subjects, at: account.clock()) {
        case .allowed(let attempt):
            guard try matches(raw, record, attempt) else {
                throw refuse(exchange, record, Problem(.invalidCredentials))
            }
            try attempts.succeeded(attempt)
        case .blocked(let seconds):
            throw refuse(exchange, record, Problem(.tooManyAttempts, retryAfter: seconds))
        }
    }

    /// An attempt whose password could not be looked at is no wrong one.
    private func matches(
        _ raw: SecretBytes, _ record: AccountRecord, _ attempt: AttemptStore.Attempt
    ) throws -> Bool {
        do {
            let digest = try account.store.accounts.credential(id: record.id)?.digest
            guard case .match = try hasher.verify(raw, against: digest) else { return false }
            return true
        } catch {
            try? account.store.attempts.withdraw(attempt)
            throw error
        }
    }

    private func refuse(_ exchange: Exchange, _ record: AccountRecord, _ problem: Problem) -> Problem {
        account.log.record(
            .passwordChangeRefused, request: exchange.requestID, account: record.id, address: exchange.address.text,
            ["reason": problem.code.rawValue])
        return problem
    }
}
