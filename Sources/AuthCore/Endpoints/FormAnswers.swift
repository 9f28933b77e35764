import Encoding
import HTTP

/// How pages without JavaScript are answered: always by 303, so that a reload repeats nothing, and never
/// in JSON.
struct FormAnswers {
    let loginPage: String

    /// To `rd` where it is safe, or to `/`. Who has just logged in is not sent to log in again.
    func success(_ exchange: Exchange, _ answer: Answer, _ page: Route.Page) -> Response {
        var target = returnTarget(exchange.request, exchange.fields)?.location
        if page == .login || page == .signup, target?.text.split(separator: "?").first == loginPage[...] {
            target = nil
        }
        var response = Response.redirect(to: target ?? HeaderValue(fixed: "/"))
        for cookie in answer.cookies { response.add(cookie) }
        return response
    }

    /// Back to the page, with the code that it has words for, `rd` kept, a code for each field that
    /// something is wrong with (`password_error=too_short`), and how many seconds to wait.
    ///
    /// - Parameter fields: nil when the body could not be read; then `rd` is the query's.
    func refusal(_ request: Request, _ fields: RequestFields?, _ refused: Refused, _ page: Route.Page) -> Response {
        let problem = refused.problem
        var location = "\(path(page, problem))?error=\(problem.code.rawValue)"
        let target = returnTarget(request, fields)?.location.text ?? ownPage(page, problem)
        if let target { location += "&rd=" + PercentEncoding.encode(target) }
        for (field, code) in Self.codes(problem) { location += "&\(field)_error=\(code)" }
        if let seconds = problem.waitingTime { location += "&retry_after=\(seconds)" }
        // Encoded, and otherwise of our own words: no byte can be wrong.
        guard let value = try? HeaderValue(location) else { return problem.response() }
        var response = Response.redirect(to: value)
        for cookie in refused.cookies { response.add(cookie) }
        if let seconds = problem.waitingTime { response.set(.retryAfter, HeaderValue(seconds)) }
        return response
    }

    /// The first code of each field.
    private static func codes(_ problem: Problem) -> [(field: String, code: String)] {
        if problem.code == .usernameTaken { return [("username", "taken")] }
        var codes: [(field: String, code: String)] = []
        for error in problem.errors where !codes.contains(where: { $0.field == error.field }) {
            codes.append((error.field, error.code))
        }
        return codes
    }

    /// `rd` of the form or of the query it was posted to.
    private func returnTarget(_ request: Request, _ fields: RequestFields?) -> ReturnTarget? {
        (fields?.string("rd").value ?? request.queryValue("rd")).flatMap(ReturnTarget.init)
    }

    /// Whose session is over gets back to the account's page by way of the login.
    private func path(_ page: Route.Page, _ problem: Problem) -> String {
        switch page {
        case .login: loginPage
        case .signup: "/signup"
        case .account, .any: problem.code == .unauthenticated ? loginPage : "/account"
        }
    }

    private func ownPage(_ page: Route.Page, _ problem: Problem) -> String? {
        page == .account && problem.code == .unauthenticated ? "/account" : nil
    }
}
