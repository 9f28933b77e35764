public import HTTP

/// One row of the HTTP contract: a method at a path, and what does the work.
public struct Route {
    /// Paths are matched as nginx normalised them.
    public enum Path {
        case exactly(String)
        /// One more segment after this prefix, as in `/auth/sessions/` and an id.
        case under(String)
    }

    /// The page that has the form, to which a refused form goes back.
    public enum Page: Sendable {
        case login, signup, account
        /// Log-out buttons stand on any page; their refusals go to the account's.
        case any
    }

    let method: Method
    let path: Path
    let page: Page
    /// For pages without JavaScript, in the place of a method that a form can't send.
    let isForFormsOnly: Bool
    /// Itself a page: who is not logged in is sent to do that.
    let isPage: Bool
    let action: (Exchange) throws -> Answer

    /// - Parameter action: throws `Problem` or `Refused` to refuse; any other error is ours and
    ///   becomes 503, because what could not be decided must not look like a no.
    public init(_ method: Method, _ path: Path, page: Page, action: @escaping (Exchange) throws -> Answer) {
        self.init(method, path, page, action)
    }

    /// A form that does what another method at this path does for programs.
    public init(form path: Path, page: Page, action: @escaping (Exchange) throws -> Answer) {
        self.init(.post, path, page, isForFormsOnly: true, action)
    }

    /// A page that the program renders.
    public init(page path: String, action: @escaping (Exchange) throws -> Answer) {
        self.init(.get, .exactly(path), .account, isPage: true, action)
    }

    private init(
        _ method: Method, _ path: Path, _ page: Page, isForFormsOnly: Bool = false, isPage: Bool = false,
        _ action: @escaping (Exchange) throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.page = page
        self.isForFormsOnly = isForFormsOnly
        self.isPage = isPage
        self.action = action
    }

    /// Whether this row is the one for a request at its path.
    /// - Parameter method: the request's, HEAD taken for GET.
    func serves(_ method: Method, _ request: Request) -> Bool {
        self.method == method && (request.isForm || !isForFormsOnly)
    }

    func matches(_ path: String) -> Bool {
        switch self.path {
        case .exactly(let name): return path == name
        case .under(let prefix):
            guard path.hasPrefix(prefix) else { return false }
            let rest = path.dropFirst(prefix.count)
            return !rest.isEmpty && !rest.contains("/")
        }
    }
}
