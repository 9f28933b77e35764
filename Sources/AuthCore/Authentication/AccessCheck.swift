public import Events
public import HTTP
public import Identity

/// What an admin should hear: an event and its reason.
public typealias AccessComplaint = (event: Event, reason: String)

/// Knows what an access token stands for. Used by one thread.
public protocol AccessJudge: AnyObject {
    /// The verdict on one token, at this moment.
    func judge(_ token: String, at now: Timestamp) -> AccessVerdict

    /// What was wrong at the last verdict with what the judge goes by.
    var complaint: AccessComplaint? { get }
}

/// Decides whether a request's access token lets it in. For one thread.
public final class AccessCheck {
    private let cookieName: String
    private let judge: any AccessJudge

    public init(_ cookies: CookieNames, by judge: any AccessJudge) {
        cookieName = cookies.access
        self.judge = judge
    }

    /// What was wrong at the last verdict.
    public var complaint: AccessComplaint? { judge.complaint }

    /// The verdict on a request, at this moment.
    public func judge(_ request: Request, at now: Timestamp) -> AccessVerdict {
        switch Credential(request, cookieName: cookieName) {
        case .absent: .refused(.noToken)
        case .conflictingCookies: .refused(.conflictingCookies)
        case .malformedAuthorization: .refused(.malformedAuthorization)
        case .cookie(let token), .bearer(let token): judge.judge(token, at: now)
        }
    }
}
