public import Secrets

/// The most a request body may hold, in bytes. Past it the answer is 413.
public let maximumBodyBytes = 16 * 1024

/// What came after the parameters.
public enum RequestBody: Sendable {
    case none
    /// The whole body. It may hold a password, so it is kept only in memory that is zeroed.
    case bytes(SecretBytes)
    /// Longer than `maximumBodyBytes`: nothing of it was kept.
    case tooLarge
}

/// What one parameter says once every copy of it has been looked at.
public enum ParameterValue: Equatable, Sendable {
    case absent
    case value(String)
    /// Sent more than once with different values: nobody can tell which one counts.
    case conflicting
}

/// One request, as nginx handed it over: the parameters of `RequestParameter` and a body.
///
/// It never holds a header outside that list. A parameter sent twice keeps every value.
public struct Request: Sendable {
    /// The first value of each parameter, at its `rawValue`.
    private var first: [String?]
    /// Values of parameters that came more than once; nearly always empty.
    private var repeated: [(parameter: RequestParameter, value: String)] = []

    public var body: RequestBody

    /// A request without parameters, for a reader that adds them as they arrive.
    public init(body: RequestBody = .none) {
        first = [String?](repeating: nil, count: RequestParameter.allCases.count)
        self.body = body
    }

    public init(parameters: [(RequestParameter, String)], body: RequestBody = .none) {
        self.init(body: body)
        for (parameter, value) in parameters { add(parameter, value) }
    }

    /// Adds one value; a second value of the same parameter is kept beside the first.
    public mutating func add(_ parameter: RequestParameter, _ value: String) {
        if first[parameter.rawValue] == nil {
            first[parameter.rawValue] = value
        } else {
            repeated.append((parameter, value))
        }
    }

    /// The parameter's value, telling "not sent" from "sent twice, differently". Policy is
    /// read with this: a conflict must refuse, and must not look like nothing was asked.
    public func lookup(_ parameter: RequestParameter) -> ParameterValue {
        guard let value = first[parameter.rawValue] else { return .absent }
        for other in repeated where other.parameter == parameter {
            // Byte by byte: `==` of String would take different spellings of one Unicode text for equal.
            if !other.value.utf8.elementsEqual(value.utf8) { return .conflicting }
        }
        return .value(value)
    }

    /// The parameter's value; nil when it was not sent, or was sent twice with different values.
    public func value(_ parameter: RequestParameter) -> String? {
        guard case .value(let value) = lookup(parameter) else { return nil }
        return value
    }

    /// Every value of the parameter, in the order sent.
    public func values(_ parameter: RequestParameter) -> [String] {
        guard let value = first[parameter.rawValue] else { return [] }
        if repeated.isEmpty { return [value] }
        return [value] + repeated.filter { $0.parameter == parameter }.map(\.value)
    }
}

extension Request {
    /// The method, with an empty name when none or two were sent: it equals no known method.
    public var method: Method { Method(rawValue: value(.requestMethod) ?? "") }

    /// The normalised path a program routes by: `DOCUMENT_URI`, or as CGI has it
    /// `SCRIPT_NAME` and `PATH_INFO`. Empty, which no route matches, when they conflict.
    public var path: String {
        switch lookup(.documentURI) {
        case .value(let path): path
        case .conflicting: ""
        case .absent: (value(.scriptName) ?? "") + (value(.pathInfo) ?? "")
        }
    }
}
