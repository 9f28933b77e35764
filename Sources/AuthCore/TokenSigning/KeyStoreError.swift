public import Tokens

/// Why the directory of keys could not be read or changed. Names files, never contents.
public enum KeyStoreError: Error, Equatable, Sendable {
    /// The number is `errno`.
    case directory(Int32)
    case cannotWrite(file: String, code: Int32)
    /// `signing.json` holds no usable keys.
    case keys(KeySetError)
}

extension KeyStoreError: CustomStringConvertible {
    /// For the operator.
    public var description: String {
        switch self {
        case .directory(let code): "the directory of keys cannot be opened (errno \(code))"
        case .cannotWrite(let file, let code): "\(file) cannot be written (errno \(code))"
        case .keys(let error): "signing.json \(error)"
        }
    }
}
