import HTML
import HTTP

/// What a form posted before has come to, as the query says it. Of the query nothing is shown: a code
/// picks a text of ours, and one that we don't know picks the text for those.
struct AccountNotice {
    /// Beside the fields of the password form.
    let currentPassword: HTML?
    let newPassword: HTML?
    /// Above all; nil for a page that was simply asked for.
    let message: HTML?

    init(_ request: Request) {
        let error = request.queryValue("error")
        let isWrong = error == ProblemCode.invalidCredentials.rawValue
        currentPassword =
            isWrong
            ? .text("account_wrong_password") : request.queryValue("current_password_error").map(Self.fieldText)
        newPassword = request.queryValue("new_password_error").map(Self.fieldText)
        if let error {
            message = """
                <div id="message" class="message" tabindex="-1" autofocus>
                <p id="message-text" role="alert">\(Self.errorText(error))</p>
                \(request.queryValue("retry_after").flatMap(Self.wait))</div>

                """
        } else {
            message = request.queryValue("done").flatMap(Self.doneText).map {
                "<p id=\"done\" class=\"done\" role=\"status\">\($0)</p>\n"
            }
        }
    }

    private static func errorText(_ code: String) -> HTML {
        switch ProblemCode(rawValue: code) {
        case .invalidCredentials: .text("account_wrong_password")
        case .notFound: .text("account_session_over")
        case .invalidFields: .text("error_invalid_fields")
        case .tooManyAttempts: .text("error_too_many_attempts")
        case .crossOrigin: .text("error_cross_origin")
        case .malformedBody: .text("error_malformed_body")
        case .unauthenticated: .text("error_unauthenticated")
        case .unavailable: .text("error_unavailable")
        case .overloaded: .text("error_overloaded")
        default: .text("error_other")
        }
    }

    private static func fieldText(_ code: String) -> HTML {
        switch code {
        case "required": .text("field_required")
        case "too_short": .text("field_too_short")
        case "too_long": .text("field_too_long")
        case "not_utf8": .text("field_not_utf8")
        case "too_common": .text("field_too_common")
        case "too_similar": .text("field_too_similar")
        case "too_weak": .text("field_too_weak")
        default: .text("field_other")
        }
    }

    private static func doneText(_ what: String) -> HTML? {
        switch what {
        case "password": .text("account_done_password")
        case "session": .text("account_done_session")
        case "others": .text("account_done_others")
        default: nil
        }
    }

    /// How long to wait, with the sign of the second, which every language knows.
    private static func wait(_ text: String) -> HTML? {
        guard let seconds = Int(text), (1...86_400).contains(seconds) else { return nil }
        return "<p id=\"wait\">\(.text("wait")) <bdi id=\"seconds\">\(seconds) s</bdi></p>\n"
    }
}
