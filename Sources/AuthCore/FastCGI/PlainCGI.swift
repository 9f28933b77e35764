import Glibc
public import HTTP
import Secrets

/// One request as plain CGI (RFC 3875): parameters from the environment, body from standard input.
public enum PlainCGI {
    /// Answers on standard output. Throws nothing: a body that breaks off is answered as it is.
    public static func serve(_ handler: Handler) {
        TerminationSignals.unblock()
        var request = Request(body: body())
        request.add(environ)
        let response = handler(request)
        let bytes = response.cgiBytes()
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(STDOUT_FILENO, $0.baseAddress.map { $0 + sent }, $0.count - sent)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Reads CONTENT_LENGTH bytes, or up to the limit and one more.
    private static func body() -> RequestBody {
        guard let text = getenv("CONTENT_LENGTH"), let length = Int(String(cString: text)), length > 0 else {
            return .none
        }
        guard length <= maximumBodyBytes else { return .tooLarge }
        return .bytes(
            SecretBytes(unsafeUninitializedCapacity: length) { memory in
                var filled = 0
                while filled < length {
                    let count = read(STDIN_FILENO, memory.baseAddress.map { $0 + filled }, length - filled)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { break }
                    filled += count
                }
                return filled
            })
    }
}
