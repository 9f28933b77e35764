public import HTML
public import HTTP
public import JSON

/// One request to a public endpoint, past the checks that all of them share.
public struct Exchange: Sendable {
    public let request: Request
    public let requestID: String
    public let address: ClientAddress
    /// The body's fields; none for a method without a body.
    public let fields: RequestFields
}

/// What a handler has done, before it is known how the client wants to hear it.
public struct Answer: Sendable {
    enum Content: Sendable {
        case none
        case json(JSONOutput)
        case page(HTML)
    }

    public let status: Int
    let content: Content
    public var cookies: [SetCookie]

    /// - Parameters:
    ///   - status: of the answer to a program; a form is answered by 303.
    ///   - body: left out of a 204.
    public init(_ status: Int, _ body: JSONOutput? = nil, cookies: [SetCookie] = []) {
        self.status = status
        content = body.map(Content.json) ?? .none
        self.cookies = cookies
    }

    /// A page for a person.
    public init(page: HTML) {
        status = 200
        content = .page(page)
        cookies = []
    }

    /// As it goes to whoever asked without a form.
    var response: Response {
        var response =
            switch content {
            case .none: Response(status: status)
            case .json(let body): Response.json(status, body)
            case .page(let page):
                Response(
                    status: status, contentType: HeaderValue(fixed: "text/html; charset=utf-8"), body: page.bytes)
            }
        for cookie in cookies { response.add(cookie) }
        return response
    }
}

/// A refusal that also changes cookies: those that can't be used any more are cleared.
public struct Refused: Error, Sendable {
    public let problem: Problem
    public let cookies: [SetCookie]

    public init(_ problem: Problem, cookies: [SetCookie] = []) {
        self.problem = problem
        self.cookies = cookies
    }
}
