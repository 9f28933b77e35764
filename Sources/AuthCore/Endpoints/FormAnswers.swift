import Encoding
import HTTP

/// How pages without JavaScript are answered: always by 303, so that a reload repeats nothing.
struct FormAnswers {
    let loginPage: String

    /// To `rd` where it is safe, or to `/`. Who has just logged in is not sent to log in again.
    func success(_ exchange: Exchange, _ answer: Answer, _ page: Route.Page) -> Response {
        var target = returnTarget(exchange)?.location
        if page == .login || page == .signup, target?.text.split(separator: "?").first == loginPage[...] {
            target = nil
        }
        var response = Response.redirect(to: target ?? HeaderValue(fixed: "/"))
        for cookie in answer.cookies { response.add(cookie) }
        return response
    }

    /// Back to the page, with the code that it has words for, and `rd` kept.
    func refusal(_ exchange: Exchange, _ refused: Refused, _ page: Route.Page) -> Response {
        var location = "\(path(page))?error=\(refused.problem.code.rawValue)"
        if let target = returnTarget(exchange) { location += "&rd=" + PercentEncoding.encode(target.location.text) }
        guard let value = try? HeaderValue(location) else {
            return refused.problem.response(requestID: exchange.requestID)
        }
        var response = Response.redirect(to: value)
        for cookie in refused.cookies { response.add(cookie) }
        if let seconds = refused.problem.retryAfter { response.set(.retryAfter, HeaderValue(seconds)) }
        return response
    }

    /// `rd` of the form or of the query it was posted to.
    private func returnTarget(_ exchange: Exchange) -> ReturnTarget? {
        (exchange.fields.string("rd").value ?? exchange.request.queryValue("rd")).flatMap(ReturnTarget.init)
    }

    private func path(_ page: Route.Page) -> String {
        switch page {
        case .login: loginPage
        case .signup: "/signup"
        case .account, .any: "/account"
        }
    }
}
