public import Events
public import HTTP
import Identity
public import Settings

extension Store {
    /// At program start: makes the store ready, or says in the log why it is not; the program then
    /// starts all the same and answers 503 until it is.
    public static func prepare(_ settings: Settings, log: EventLog) {
        do {
            try prepare(settings, adopting: false, at: .now())
        } catch {
            log.record(.storeUnavailable, ["reason": "\(error)"])
        }
    }

    /// A handler that finds the store as ready as it can be.
    public func before(_ handler: @escaping (Request) -> Response) -> (Request) -> Response {
        { request in
            self.prepareForRequest(at: .now())
            return handler(request)
        }
    }
}
