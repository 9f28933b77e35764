public import FastCGIRecords
public import HTTP

/// What a handler on the server's own thread makes of a request.
public enum Step {
    case answer(Response)
    /// What takes longer than others should wait: `compute` runs on another thread, then `answer` on the
    /// server's own. They pass on what was found in something that both hold.
    case compute(@Sendable () -> Void, answer: () -> Response)
}

/// A handler for requests that hardly ever need more than a look at what is known already.
///
/// Used by the server's thread alone, so what it holds needs no lock; only `compute` of a step runs elsewhere.
public protocol StepwiseHandler: AnyObject {
    /// Passes on the answer, as CGI has it, if it is known. False, and nothing passed on, where it is
    /// not: then `begin` is asked. Reads the request where it lies, so that nothing need be copied.
    func answerIfKnown(_ request: CompleteRequest, _ send: (UnsafeRawBufferPointer) -> Void) -> Bool

    func begin(_ request: Request) -> Step

    /// The answer where as many wait for a computation as may.
    func overloaded(_ request: Request) -> Response
}

extension StepwiseHandler {
    /// Both halves of a step one after the other, for a process that serves one request.
    public func answerAlone(_ request: Request) -> Response {
        switch begin(request) {
        case .answer(let response): return response
        case .compute(let compute, let answer):
            compute()
            return answer()
        }
    }
}
