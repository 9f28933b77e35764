import FastCGIRecords
import HTTP

/// What the server does with a request that has arrived, and whom it asks.
///
/// `Work` is what other threads do; their results come back to the server's own.
enum Answering {
    case inline(Handler)
    case stepwise(any StepwiseHandler, WorkerPool<Computation, Int32>)
    case workers(WorkerPool<Assignment, Answered>, overloaded: @Sendable (Request) -> Response)

    /// Readable when a result can be taken.
    var finished: Int32? {
        switch self {
        case .inline: nil
        case .stepwise(_, let pool): pool.finished
        case .workers(let pool, _): pool.finished
        }
    }
}

/// A request that another thread answers.
struct Assignment: Sendable {
    let envelope: Envelope
    let request: Request
}

/// What is left of one when it has been answered.
struct Answered: Sendable {
    let envelope: Envelope
    /// False when the peer took no answer.
    let isSent: Bool
}

/// What a step computes.
struct Computation: Sendable {
    /// The connection's descriptor, which is the result.
    let connection: Int32
    let compute: @Sendable () -> Void
}

/// Where a request came from and what must become of its connection.
struct Envelope: Sendable {
    /// The connection's descriptor.
    let connection: Int32
    let requestID: UInt16
    let keepsConnection: Bool
    /// The body was past the limit: the rest of it may still be on its way.
    let isOversized: Bool

    init(_ framing: Framing, isOversized: Bool, on connection: Connection) {
        self.connection = connection.descriptor
        requestID = framing.requestID
        keepsConnection = framing.keepsConnection
        self.isOversized = isOversized
    }
}

extension Answering {
    /// - Parameter makeHandler: called on each thread that answers; nil where it can't be made now.
    init(_ concurrency: Concurrency, _ makeHandler: @escaping @Sendable () -> Handler?) throws(ListenError) {
        switch concurrency {
        case .inline:
            guard let handler = makeHandler() else { throw .noHandler }
            self = .inline(handler)
        case .workers(let workers, let overloaded):
            let pool = try WorkerPool<Assignment, Answered>(
                workers, refuse: { answer($0, by: overloaded, with: AnswerRecords()) },
                makeWork: {
                    guard let handler = makeHandler() else { return nil }
                    let records = AnswerRecords()
                    return { answer($0, by: handler, with: records) }
                })
            self = .workers(pool, overloaded: overloaded)
        }
    }

    init(_ handler: any StepwiseHandler, computing workers: Workers) throws(ListenError) {
        let work: @Sendable (Computation) -> Int32 = { computation in
            computation.compute()
            return computation.connection
        }
        self = .stepwise(handler, try WorkerPool(workers, refuse: work, makeWork: { work }))
    }
}

/// Answers on the thread that calls it.
private func answer(_ assignment: Assignment, by handler: Handler, with records: AnswerRecords) -> Answered {
    let response = handler(assignment.request)
    return Answered(
        envelope: assignment.envelope, isSent: records.send(response, assignment.envelope))
}

extension AnswerRecords {
    func send(_ response: Response, _ envelope: Envelope) -> Bool {
        response.cgiBytes().withUnsafeBytes {
            send($0, requestID: envelope.requestID, to: envelope.connection)
        }
    }
}
