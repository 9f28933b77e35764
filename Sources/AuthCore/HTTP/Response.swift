/// One header of a response.
public struct HeaderField: Hashable, Sendable {
    public let name: HeaderName
    public let value: HeaderValue
}

/// An answer: a status, headers that are proven clean when they are put in, and a body.
///
/// Content-Length is worked out when the answer is written, never set by a handler.
public struct Response: Sendable {
    public var status: Int
    public private(set) var fields: [HeaderField] = []
    public private(set) var body: [UInt8] = []

    /// An answer without a body: `Response(status: 204)`.
    public init(status: Int) { self.status = status }

    /// An answer with a body of one type.
    public init(status: Int, contentType: HeaderValue, body: [UInt8]) {
        self.status = status
        self.body = body
        set(.contentType, contentType)
    }

    /// `303 See Other`: the browser follows it with GET whatever it sent.
    public static func redirect(_ status: Int = 303, to location: HeaderValue) -> Response {
        var response = Response(status: status)
        response.set(.location, location)
        return response
    }

    /// The first value of a header, for tests and for answers that build on another.
    public func value(_ name: HeaderName) -> String? {
        fields.first { $0.name == name }?.value.text
    }

    public func values(_ name: HeaderName) -> [String] {
        fields.filter { $0.name == name }.map(\.value.text)
    }
}

extension Response {
    /// Replaces every header of this name.
    public mutating func set(_ name: HeaderName, _ value: HeaderValue) {
        fields.removeAll { $0.name == name }
        fields.append(HeaderField(name: name, value: value))
    }

    /// Adds a header beside others of its name, as several Set-Cookie need.
    public mutating func add(_ name: HeaderName, _ value: HeaderValue) {
        fields.append(HeaderField(name: name, value: value))
    }

    /// Replaces every header of this name; throws on a byte a header can't hold.
    public mutating func set(_ name: HeaderName, _ value: String) throws(HeaderError) {
        set(name, try HeaderValue(value))
    }

    /// Adds a header beside others of its name; throws on a byte a header can't hold.
    public mutating func add(_ name: HeaderName, _ value: String) throws(HeaderError) {
        add(name, try HeaderValue(value))
    }

    /// Replaces every header of this name by a value written in the source.
    public mutating func set(_ name: HeaderName, fixed value: StaticString) {
        set(name, HeaderValue(fixed: value))
    }

    /// Keeps the answer out of every cache: it holds a token, or says who somebody is.
    public mutating func forbidStoring() {
        set(.cacheControl, fixed: "no-store")
    }
}
