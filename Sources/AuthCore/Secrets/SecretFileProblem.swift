import Glibc

/// A file of secrets that a program can't do without, and why it gave none. For the admin at start.
public struct SecretFileProblem: Error, CustomStringConvertible, Sendable {
    public let path: String
    public let reason: String

    public var description: String { "\(path): \(reason) (fcgi-authctl key rotate makes the keys)" }

    /// Runs `read` on the file, and names the file in whatever it throws.
    public static func naming<Result>(
        _ path: String, _ read: (String) throws -> Result
    ) throws(SecretFileProblem) -> Result {
        do {
            return try read(path)
        } catch {
            throw SecretFileProblem(path: path, reason: "\(error)")
        }
    }
}

extension SecretFileError: CustomStringConvertible {
    /// For the admin; the caller says which file.
    public var description: String {
        switch self {
        case .unreadable(let code): "cannot be read: \(String(cString: strerror(code)))"
        case .notAFile: "is not a regular file"
        case .tooLong: "is longer than \(SecretFile.maximumBytes) bytes"
        }
    }
}
