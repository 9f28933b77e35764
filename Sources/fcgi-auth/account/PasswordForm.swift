import HTML

/// The form for a new password, with what was wrong at the last try beside the fields. Scripts show the buttons
/// that reveal a password, and the meter.
struct PasswordForm {
    let username: String
    /// A new password is compared with it, so the script asks with it.
    let email: String?
    let notice: AccountNotice

    var html: HTML {
        """
        <section aria-labelledby="password-title">
        <h2 id="password-title">\(.text("account_password"))</h2>
        <form id="password" method="post" action="/auth/password?rd=%2Faccount%3Fdone%3Dpassword"\(data)>
        <input id="username" name="username" type="text" autocomplete="username" value="\(username)" readonly hidden>
        <label id="current_password-label" for="current_password">\(.text("account_current_password"))</label>
        \(Field(name: "current_password", autocomplete: "current-password", error: notice.currentPassword).html)\
        <label id="new_password-label" for="new_password">\(.text("account_new_password"))</label>
        \(Field(name: "new_password", autocomplete: "new-password", error: notice.newPassword, advice: " hint").html)\
        <meter id="score" min="0" max="4" low="2" high="3" optimum="4" value="0" aria-label="\(.text("strength"))" hidden></meter>
        <p id="advice" class="note" aria-live="polite"></p>
        <p id="hint" class="note">\(.text("password_hint"))</p>
        <button type="submit">\(.text("account_change_password"))</button>
        </form>
        </section>
        """
    }

    private var data: HTML? { email.map { " data-email=\"\($0)\"" } }

    /// A password with its button and, beneath it, what is wrong with it.
    private struct Field {
        let name: HTML
        let autocomplete: HTML
        let error: HTML?
        /// What else describes the field, as ids with a space before each.
        var advice: HTML = ""

        var html: HTML {
            let mark: HTML = " aria-invalid=\"true\""
            return """
                <div class="field">
                <input id="\(name)" name="\(name)" type="password" autocomplete="\(autocomplete)" \
                aria-describedby="\(name)-error\(advice)" required\(error == nil ? nil : mark)>
                <button id="\(name)-reveal" type="button" class="reveal" aria-controls="\(name)" aria-pressed="false" \
                aria-label="\(.text("show_password"))" aria-labelledby="\(name)-reveal \(name)-label" hidden>\(.text("show"))</button>
                </div>
                <p id="\(name)-error" class="error">\(error)</p>

                """
        }
    }
}
