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
        if let preflight = origins.preflight(request, methods: here.map(\.method)) { return preflight }
        // nginx leaves the body out of the answer to HEAD.
        let method = request.method == .head ? Method.get : request.method
        guard let route = here.first(where: { $0.method == method }) else {
            return Problem.methodNotAllowed(allowed(here)).response(requestID: requestID)
        }
        guard origins.decide(request) != .refused else {
            log.record(.crossOriginRefused, request: requestID, address: request.clientAddress.text)
            return Problem(.crossOrigin).response(requestID: requestID)
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
            return ((error as? BodyRefusal) ?? .malformed).problem.response(requestID: requestID)
        }
        do {
            let answer = try route.action(exchange)
            return exchange.fields.isForm ? forms.success(exchange, answer, route.page) : json(answer)
        } catch let problem as Problem {
            return refuse(Refused(problem, cookies: []), exchange, route)
        } catch let refused as Refused {
            return refuse(refused, exchange, route)
        } catch let full as any OverloadError where full.retryAfter != nil {
            log.record(.overloaded, request: requestID, address: exchange.address.text)
            return Problem(.overloaded, retryAfter: full.retryAfter).response(requestID: requestID)
        } catch {
            log.record(
                error is StoreError ? .storeUnavailable : .failed, request: requestID, address: exchange.address.text,
                ["reason": "\(error)"])
            return Problem(.unavailable, retryAfter: 1).response(requestID: requestID)
        }
    }

    private func json(_ answer: Answer) -> Response {
        var response = answer.body.map { Response.json(answer.status, $0) } ?? Response(status: answer.status)
        for cookie in answer.cookies { response.add(cookie) }
        return response
    }

    private func refuse(_ refused: Refused, _ exchange: Exchange, _ route: Route) -> Response {
        guard !exchange.fields.isForm else { return forms.refusal(exchange, refused, route.page) }
        var response = refused.problem.response(requestID: exchange.requestID)
        for cookie in refused.cookies { response.add(cookie) }
        return response
    }

    private func allowed(_ routes: [Route]) -> [Method] {
        let methods = routes.map(\.method)
        return methods.contains(.get) ? methods + [.head, .options] : methods + [.options]
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
public func overloaded(_ log: EventLog) -> @Sendable (Request) -> Response {
    { request in
        let requestID = request.requestID()
        log.record(.overloaded, request: requestID, address: request.clientAddress.text)
        return Problem(.overloaded, retryAfter: 1).response(requestID: requestID)
    }
}
