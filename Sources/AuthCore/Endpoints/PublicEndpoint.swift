import Database
import Encoding
public import Events
public import HTTP
import Secrets
public import Settings

/// What every program that the public can call does alike: routes, refuses other sites' requests,
/// reads the body, answers JSON or a form, and turns errors into answers.
public struct PublicEndpoint {
    private let routes: [Route]
    private let origins: CrossOriginPolicy
    private let forms: FormAnswers
    private let log: EventLog

    public init(_ settings: Settings, log: EventLog, routes: [Route]) {
        self.routes = routes
        self.log = log
        origins = CrossOriginPolicy(
            allowedOrigins: settings.allowedOrigins, issuer: Origin(url: settings.issuer))
        forms = FormAnswers(loginPage: settings.loginPage)
    }

    /// Never throws and never leaves a request without an answer.
    public func respond(_ request: Request) -> Response {
        let requestID = request.requestID()
        var response = answer(request, requestID)
        origins.apply(origins.decide(request), to: &response)
        if let value = try? HeaderValue(requestID) { response.set(.requestID, value) }
        response.forbidStoring()
        return response
    }

    private func answer(_ request: Request, _ requestID: String) -> Response {
        let here = routes.filter { $0.matches(request.path) }
        guard !here.isEmpty else { return Problem(.notFound).response(requestID: requestID) }
        let methods = here.filter { !$0.isForFormsOnly }.map(\.method)
        if let preflight = origins.preflight(request, methods: methods) { return preflight }
        // nginx leaves the body out of the answer to HEAD.
        let method = request.method == .head ? Method.get : request.method
        guard let route = here.first(where: { $0.serves(method, request) }) else {
            return Problem.methodNotAllowed(allowed(methods)).response(requestID: requestID)
        }
        guard origins.decide(request) != .refused else {
            log.record(.crossOriginRefused, request: requestID, address: request.clientAddress.text)
            return refuse(Refused(Problem(.crossOrigin)), request, nil, requestID, route)
        }
        return run(route, request, requestID)
    }

    private func run(_ route: Route, _ request: Request, _ requestID: String) -> Response {
        let exchange: Exchange
        do {
            guard request.bodyIsWhole else { throw BodyRefusal.malformed }
            exchange = Exchange(
                request: request, requestID: requestID, address: request.clientAddress,
                fields: try RequestFields(request))
        } catch {
            let refused = Refused(((error as? BodyRefusal) ?? .malformed).problem)
            return refuse(refused, request, nil, requestID, route)
        }
        do {
            let answer = try route.action(exchange)
            return exchange.fields.isForm ? forms.success(exchange, answer, route.page) : answer.response
        } catch {
            return refuse(refusal(error, exchange), request, exchange.fields, requestID, route)
        }
    }

    /// What an error of a handler is told as. What is ours to mend is logged, and told as 503.
    private func refusal(_ error: any Error, _ exchange: Exchange) -> Refused {
        let (id, address) = (exchange.requestID, exchange.address.text)
        switch error {
        case let problem as Problem: return Refused(problem)
        case let refused as Refused: return refused
        case let full as any OverloadError where full.retryAfter != nil:
            log.record(.overloaded, request: id, address: address)
            return Refused(Problem(.overloaded, retryAfter: full.retryAfter))
        default:
            let event: Event = error is StoreError ? .storeUnavailable : .failed
            log.record(event, request: id, address: address, ["reason": "\(error)"])
            return Refused(Problem(.unavailable, retryAfter: 1))
        }
    }

    /// To a form as a page, to a page's visitor who is not logged in as the way there, else in JSON.
    private func refuse(
        _ refused: Refused, _ request: Request, _ fields: RequestFields?, _ requestID: String, _ route: Route
    ) -> Response {
        let isStranger = route.isPage && refused.problem.code == .unauthenticated
        guard !request.isForm, !isStranger else { return forms.refusal(request, fields, refused, route.page) }
        var response = refused.problem.response(requestID: requestID)
        for cookie in refused.cookies { response.add(cookie) }
        return response
    }

    private func allowed(_ methods: [Method]) -> [Method] {
        methods.contains(.get) ? methods + [.head, .options] : methods + [.options]
    }
}

extension Request {
    /// Whether as many bytes came as CONTENT_LENGTH said: a body cut short must not be taken for a whole one.
    var bodyIsWhole: Bool {
        guard case .value(let text) = lookup(.contentLength), !text.isEmpty else { return true }
        switch body {
        case .none: return text == "0"
        case .bytes(let bytes): return Int(text) == bytes.count
        case .tooLarge: return true
        }
    }
}

/// An error that may mean that too many ask at once and nothing was begun.
public protocol OverloadError: Error {
    /// Seconds until it is worth trying again; nil when the error means something else.
    var retryAfter: Int? { get }
}

/// The answer when the queue in front of a program's workers is full.
/// - Parameter page: which has the program's forms.
public func overloaded(
    _ settings: Settings, log: EventLog, page: Route.Page
) -> @Sendable (Request) -> Response {
    let forms = FormAnswers(loginPage: settings.loginPage)
    return { request in
        let requestID = request.requestID()
        log.record(.overloaded, request: requestID, address: request.clientAddress.text)
        let problem = Problem(.overloaded, retryAfter: 1)
        // Nobody has time to read the body now: `rd` is the query's.
        guard request.isForm else { return problem.response(requestID: requestID) }
        return forms.refusal(request, nil, Refused(problem), page)
    }
}
