import CredentialFields
import Endpoints
import HTTP
import JSON
import PasswordStrength
import Passwords
import Secrets
import Settings
import Usernames

/// `POST /auth/strength`: what sign-up and password change would say of a password, for the page where it
/// is being typed. Stores nothing, logs nothing, and reads no account.
struct StrengthHandler {
    let usernames: UsernameKind
    let rules: NewPasswordRules

    var routes: [Route] {
        [Route(.post, .exactly("/auth/strength"), page: .signup, action: strength)]
    }

    func strength(_ exchange: Exchange) throws -> Answer {
        var fields = FieldReader(exchange.fields)
        guard let password = fields.secret("password") else {
            throw Problem(.invalidFields, errors: fields.errors)
        }
        let strength = rules.strength(of: password, names: names(exchange.fields))
        let errors = strength.refusal.map { [FieldError(field: "password", code: $0.code, detail: $0.detail)] } ?? []
        return Answer(
            200,
            [
                "acceptable": .bool(errors.isEmpty),
                "score": .integer(Int64(strength.score)),
                "errors": .array(errors.map(\.json)),
            ])
    }

    /// As sign-up knows them. A name that is not finished yet is none, and no mistake here.
    private func names(_ fields: RequestFields) -> [String] {
        var (name, address) = (FieldReader(fields), FieldReader(fields))
        let username = name.username(usernames)?.canonical
        let email = usernames == .email ? username : address.email()
        return [username, email].compactMap(\.self)
    }
}
