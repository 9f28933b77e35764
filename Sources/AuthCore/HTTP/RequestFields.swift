import JSON
public import Secrets

/// Why a body gives no fields. Says nothing of its text.
public enum BodyRefusal: Error, Equatable, Sendable {
    /// Not a JSON object or form as we read them, or a name twice.
    case malformed
    /// Past `maximumBodyBytes`.
    case tooLarge
    /// Neither JSON nor a form, or not in UTF-8.
    case unsupportedMediaType
}

/// One named field of a body.
public enum FieldValue<Value> {
    case absent
    /// There, but not of the type asked for.
    case wrongType
    case value(Value)

    /// The value; nil when absent or of another type.
    public var value: Value? { if case .value(let value) = self { value } else { nil } }
}

extension FieldValue: Equatable where Value: Equatable {}
extension FieldValue: Sendable where Value: Sendable {}

/// The fields of a request, seen the same way whether a program sent JSON or a page sent a form.
///
/// A handler names the fields it accepts; whatever else was sent never reaches it. A password is
/// read with `secret` and so is never a `String`.
public struct RequestFields: Sendable {
    private enum Source: Sendable {
        case none
        case json(JSONObject)
        case form(FormBody)
    }

    private let source: Source

    /// Whether a page without JavaScript asked, which is answered by 303 and not by JSON.
    public var isForm: Bool { if case .form = source { true } else { false } }

    /// Reads the body by its Content-Type; no type and no body is no fields.
    public init(_ request: Request) throws(BodyRefusal) {
        let document: SecretBytes
        switch request.body {
        case .none: document = SecretBytes(copying: [])
        case .bytes(let bytes): document = bytes
        case .tooLarge: throw .tooLarge
        }
        switch MediaType(request.lookup(.contentType)) {
        case .json: source = .json(try Self.object(document))
        case .form:
            do { source = .form(try FormBody(parsing: document)) } catch { throw .malformed }
        case .absent where document.isEmpty: source = .none
        case .absent, .unsupported: throw .unsupportedMediaType
        }
    }

    private static func object(_ document: SecretBytes) throws(BodyRefusal) -> JSONObject {
        guard let value = try? JSONValue.parse(document), case .object(let object) = value else { throw .malformed }
        return object
    }
}

extension Request {
    /// Whether a page's form was posted, readable or not: then a person waits for a page and not for JSON.
    public var isForm: Bool { method == .post && MediaType(lookup(.contentType)) == .form }
}

extension RequestFields {
    /// A string. JSON's `null` is no value; neither is a form's input that was left empty, for a page
    /// sends all its inputs.
    public func string(_ name: String) -> FieldValue<String> {
        text(name, json: \.string, form: \.string)
    }

    /// A string as bytes that never were a `String`.
    public func secret(_ name: String) -> FieldValue<SecretBytes> {
        text(name, json: \.secret, form: \.self)
    }

    private func text<Value>(
        _ name: String, json: (JSONString) -> Value, form: (SecretBytes) -> Value
    ) -> FieldValue<Value> {
        switch source {
        case .none: return .absent
        case .json(let object):
            switch object[name] {
            case nil, .null: return .absent
            case .string(let string): return .value(json(string))
            default: return .wrongType
            }
        case .form(let body):
            guard let value = body.secret(name), !value.isEmpty else { return .absent }
            return .value(form(value))
        }
    }

    /// A yes or no: JSON's `true` and `false`; in a form what check boxes and scripts send.
    public func bool(_ name: String) -> FieldValue<Bool> {
        switch source {
        case .none: return .absent
        case .json(let object):
            switch object[name] {
            case nil, .null: return .absent
            case .bool(let value): return .value(value)
            default: return .wrongType
            }
        case .form:
            switch string(name) {
            case .absent: return .absent
            case .value("on"), .value("true"), .value("1"): return .value(true)
            case .value("off"), .value("false"), .value("0"): return .value(false)
            default: return .wrongType
            }
        }
    }
}

extension Request {
    /// One value of the query string, decoded; nil when absent, sent twice or malformed. Never for
    /// a credential: queries end up in logs.
    public func queryValue(_ name: String) -> String? {
        guard let query = value(.queryString), !query.isEmpty else { return nil }
        return (try? FormBody(parsing: SecretBytes(copying: query.utf8)))?.string(name)
    }
}
