public import HTTP
public import Secrets
public import Sessions

/// Reads the fields a handler accepts and collects what is wrong with them, each under its name.
public struct FieldReader {
    public private(set) var errors: [FieldError] = []
    private let fields: RequestFields

    public init(_ fields: RequestFields) {
        self.fields = fields
    }

    /// A string that must be there.
    public mutating func string(_ name: String) -> String? {
        required(name, fields.string(name))
    }

    /// A string that may be missing.
    public mutating func optionalString(_ name: String) -> String? {
        optional(name, fields.string(name))
    }

    /// A secret that must be there.
    public mutating func secret(_ name: String) -> SecretBytes? {
        required(name, fields.secret(name))
    }

    /// False when missing.
    public mutating func bool(_ name: String) -> Bool {
        optional(name, fields.bool(name)) ?? false
    }

    /// `delivery`: where the client wants its tokens; cookies when it does not say.
    public mutating func delivery() -> Delivery {
        guard let text = optionalString("delivery") else { return .cookie }
        if let delivery = Delivery(rawValue: text) { return delivery }
        refuse("delivery", "not_allowed", "must be cookie or body")
        return .cookie
    }

    /// Notes a mistake. The detail must never hold what was sent.
    public mutating func refuse(_ field: String, _ code: String, _ detail: String) {
        errors.append(FieldError(field: field, code: code, detail: detail))
    }

    private mutating func required<Value>(_ name: String, _ value: FieldValue<Value>) -> Value? {
        if case .absent = value { refuse(name, "required", "is required") }
        return optional(name, value)
    }

    private mutating func optional<Value>(_ name: String, _ value: FieldValue<Value>) -> Value? {
        if case .wrongType = value { refuse(name, "wrong_type", "is not of the right type") }
        return value.value
    }
}

extension Exchange {
    /// What a new session keeps of who opened it.
    public var client: ClientDescription {
        ClientDescription(address: address.text, userAgent: request.value(.userAgent) ?? "")
    }
}
