import Accounts
import HTML
import HTTP
import Identity
import Sessions
import UserAgents

/// `GET /account` as a page that needs no JavaScript: who somebody is, where he is logged in, and a form for
/// each thing that can be done about it. Texts, head and foot are nginx's, put in by SSI from
/// `nginx/html/`: the program knows no language.
struct AccountPage {
    let account: AccountRecord
    let current: SessionID
    let sessions: [SessionRecord]
    let notice: AccountNotice

    var html: HTML {
        """
        <!--# include virtual="/auth/pages/texts/$auth_lang.html" set="texts" -->\
        <!--# set var="title" value="$t_account_title" -->\
        <!--# include virtual="/auth/pages/parts/head.html" wait="yes" -->\
        <script src="/auth/pages/account.js" type="module"></script>
        <!--# include virtual="/auth/pages/parts/banner.html" wait="yes" --><main class="account">
        <h1>\(.text("account_title"))</h1>
        \(notice.message)\(identity)\(list)\(passwordForm.html)
        </main>
        <template id="texts">
        <!--# include virtual="/auth/pages/parts/signup-codes.html" --></template>
        <!--# include virtual="/auth/pages/parts/languages.html" -->
        """
    }

    private var passwordForm: PasswordForm {
        PasswordForm(username: account.username, email: account.email, notice: notice)
    }

    private var identity: HTML {
        let email: HTML? = account.email.map { "<dt>\(.text("email"))</dt><dd><bdi>\($0)</bdi></dd>\n" }
        let roles = account.roles.map(\.name).joined(separator: ", ")
        let row: HTML? = roles.isEmpty ? nil : "<dt>\(.text("account_roles"))</dt><dd>\(roles)</dd>\n"
        return """
            <section aria-label="\(.text("account_you"))">
            <dl id="user">
            <dt>\(.text("username"))</dt><dd><bdi>\(account.username)</bdi></dd>
            \(email)\(row)<dt>\(.text("account_since"))</dt><dd>\(.time(account.createdAt, .day))</dd>
            </dl>
            <form class="quiet" method="post" action="/auth/logout"><button type="submit">\(.text("account_log_out"))</button></form>
            </section>

            """
    }

    private var list: HTML {
        """
        <section aria-labelledby="sessions-title">
        <h2 id="sessions-title">\(.text("account_sessions"))</h2>
        <ul id="sessions" class="sessions">
        \(sessions.enumerated().map { item($0.element, number: $0.offset) })</ul>
        <div class="ways">
        \(sessions.count > 1 ? endOthers : nil)\(endAll)</div>
        </section>

        """
    }

    private func item(_ session: SessionRecord, number: Int) -> HTML {
        let isCurrent = session.id == current
        let mark: HTML = " <strong class=\"current\">\(.text("account_current"))</strong>"
        let end: HTML = """
            <form class="quiet" method="post" action="/auth/sessions/\(session.id.description)?rd=%2Faccount%3Fdone%3Dsession">\
            <button type="submit" aria-describedby="session-\(number)">\(.text("account_end"))</button></form>

            """
        return """
            <li>
            <p id="session-\(number)"><span class="device"\(title(session.client.userAgent))>\
            \(device(session.client.userAgent))</span>\(isCurrent ? mark : nil)</p>
            <dl>
            <dt>\(.text("account_address"))</dt><dd><bdi dir="ltr">\(session.client.address)</bdi></dd>
            <dt>\(.text("account_created"))</dt><dd>\(.time(session.createdAt, .minute))</dd>
            <dt>\(.text("account_last_used"))</dt><dd>\(.time(session.lastUsedAt, .minute))</dd>
            </dl>
            \(isCurrent ? nil : end)</li>

            """
    }

    private func title(_ userAgent: String) -> HTML? {
        userAgent.isEmpty ? nil : " title=\"\(userAgent)\""
    }

    private func device(_ userAgent: String) -> HTML {
        let agent = UserAgent(userAgent)
        switch (agent.browser, agent.system) {
        case (let browser?, let system?):
            return "<bdi>\(browser)</bdi>\(.text("account_device_on"))<bdi>\(system)</bdi>"
        case (let name?, nil), (nil, let name?): return "<bdi>\(name)</bdi>"
        case (nil, nil): return .text("account_device_unknown")
        }
    }

    private var endOthers: HTML {
        """
        <form class="quiet" method="post" action="/auth/logout?rd=%2Faccount%3Fdone%3Dothers" data-confirm="\(.text("account_others_sure"))">\
        <input type="hidden" name="scope" value="others">\
        <button type="submit">\(.text("account_end_others"))</button></form>

        """
    }

    private var endAll: HTML {
        """
        <form class="quiet" method="post" action="/auth/logout" data-confirm="\(.text("account_everywhere_sure"))">\
        <input type="hidden" name="scope" value="global">\
        <button type="submit">\(.text("account_log_out_everywhere"))</button></form>

        """
    }
}
