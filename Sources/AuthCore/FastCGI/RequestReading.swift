import FastCGIRecords
import Glibc
public import HTTP
import Secrets

/// From request to answer. Made once for each thread that calls it, so it may keep what is not
/// shared between threads: a database connection, say.
public typealias Handler = (Request) -> Response

extension Request {
    /// What a program may read of a request that has arrived.
    ///
    /// - Parameter isTooLarge: its body is past the limit and nothing of it is read.
    init(_ received: CompleteRequest, bodyLength: Int, isTooLarge: Bool) {
        if isTooLarge {
            self.init(body: .tooLarge)
        } else if bodyLength == 0 {
            self.init()
        } else {
            let body = SecretBytes(unsafeUninitializedCapacity: bodyLength) { memory in
                received.copyBody(to: memory)
                return bodyLength
            }
            self.init(body: .bytes(body))
        }
        received.forEachParameter { name, value in
            guard let parameter = RequestParameter.named(name) else { return }
            add(parameter, String(decoding: value, as: UTF8.self))
        }
    }

    /// Adds those of the `NAME=value` strings of an environment that some program reads.
    mutating func add(_ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
        var entry = environment
        while let text = entry.pointee {
            add(entry: text)
            entry += 1
        }
    }

    private mutating func add(entry text: UnsafePointer<CChar>) {
        guard let separator = strchr(text, Int32(UInt8(ascii: "="))) else { return }
        let name = UnsafeRawBufferPointer(start: text, count: UnsafePointer(separator) - text)
        if let parameter = RequestParameter.named(name) { add(parameter, String(cString: separator + 1)) }
    }
}
