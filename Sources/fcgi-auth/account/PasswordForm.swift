import HTML

/// The form for a new password, with what was wrong at the last try beside the fields.
struct PasswordForm {
    let username: String
    let notice: AccountNotice

    var html: HTML {
        """
        <section aria-labelledby="password-title">
        <h2 id="password-title">\(.text("account_password"))</h2>
        <form id="password" method="post" action="/auth/password?rd=%2Faccount%3Fdone%3Dpassword">
        <input id="username" name="username" autocomplete="username" value="\(username)" readonly hidden>
        <label for="current_password">\(.text("account_current_password"))</label>
        \(field("current_password", autocomplete: "current-password", error: notice.currentPassword))\
        <label for="new_password">\(.text("account_new_password"))</label>
        \(field("new_password", autocomplete: "new-password", error: notice.newPassword, advice: advice))\
        <button type="submit">\(.text("account_change_password"))</button>
        </form>
        </section>
        """
    }

    private var advice: HTML {
        """
        <p id="new_password-advice" class="advice">\(.text("account_password_advice"))</p>

        """
    }

    /// - Parameter advice: has the id of the field with `-advice`.
    private func field(_ name: StaticString, autocomplete: StaticString, error: HTML?, advice: HTML? = nil) -> HTML {
        let (name, autocomplete) = (HTML(stringLiteral: name), HTML(stringLiteral: autocomplete))
        let message: HTML? = error.map { "<p id=\"\(name)-error\" class=\"error\">\($0)</p>\n" }
        let describing: HTML =
            switch (advice, message) {
            case (nil, nil): ""
            case (_?, nil): " aria-describedby=\"\(name)-advice\""
            case (nil, _?): " aria-describedby=\"\(name)-error\" aria-invalid=\"true\""
            case (_?, _?): " aria-describedby=\"\(name)-error \(name)-advice\" aria-invalid=\"true\""
            }
        return """
            <input id="\(name)" name="\(name)" type="password" autocomplete="\(autocomplete)" required\(describing)>
            \(message)\(advice)
            """
    }
}
