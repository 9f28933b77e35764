import CFastCGI
import FastCGIRecords
import Glibc
public import HTTP
import Secrets

/// From request to answer. Made once for each thread that calls it, so it may keep what is not
/// shared between threads: a database connection, say.
public typealias Handler = (Request) -> Response

/// One libfcgi request at a time: records in, handler, records out.
///
/// It is given only complete requests (see `RequestScanner`), so libfcgi never waits in it.
final class Responder {
    private let request = UnsafeMutablePointer<FCGX_Request>.allocate(capacity: 1)

    init() {
        // The descriptor -1 keeps libfcgi from ever accepting connections by itself.
        FCGX_InitRequest(request, -1, 0)
    }

    deinit {
        request.deallocate()
    }

    /// Answers the request that is complete on `descriptor`, or in `gathered` if it came in pieces.
    ///
    /// - Returns: false when the connection broke; the descriptor is then closed.
    func answer(on descriptor: Int32, _ arrival: Arrival, _ gathered: GatheredBytes?, _ handler: Handler) -> Bool {
        guard let gathered else { return answer(on: descriptor, arrival, handler) }
        guard let replay = Replay(gathered), answer(on: replay.library, arrival, handler) else {
            close(descriptor)
            return false
        }
        replay.finishLibrary()
        guard replay.forward(to: descriptor) else {
            close(descriptor)
            return false
        }
        return true
    }

    private func answer(on descriptor: Int32, _ arrival: Arrival, _ handler: Handler) -> Bool {
        // `keepConnection` leaves closing to us. Where libfcgi closes all the same (a broken peer),
        // `detached` keeps it from waiting in select(2), which knows no descriptor over 1023.
        request.pointee.ipcFd = descriptor
        request.pointee.keepConnection = 1
        request.pointee.detached = 1
        guard FCGX_Accept_r(request) == 0 else { return false }
        var received = Request(body: body(arrival))
        if let parameters = request.pointee.envp { received.add(parameters) }
        if case .complete = arrival { readToEnd() }
        let response = handler(received)
        let bytes = response.cgiBytes()
        bytes.withUnsafeBytes { buffer in
            _ = FCGX_PutStr(buffer.bindMemory(to: CChar.self).baseAddress, Int32(buffer.count), request.pointee.out)
        }
        request.pointee.keepConnection = 1
        FCGX_Finish_r(request)
        return request.pointee.ipcFd == descriptor
    }

    private func body(_ arrival: Arrival) -> RequestBody {
        guard case .complete(let framing) = arrival else { return .tooLarge }
        guard framing.bodyLength > 0 else { return .none }
        return .bytes(readBody(framing.bodyLength))
    }

    /// Takes the empty record that ends the body, so that none of it is left to look like the next request.
    private func readToEnd() {
        while let stream = request.pointee.in, FCGX_GetChar(stream) >= 0 {}
    }

    /// Moves the body out of libfcgi's buffer and zeroes it there: it may hold a password.
    private func readBody(_ length: Int) -> SecretBytes {
        SecretBytes(unsafeUninitializedCapacity: length) { memory in
            var filled = 0
            guard let stream = request.pointee.in else { return 0 }
            while filled < length, FCGX_GetChar(stream) >= 0, let next = stream.pointee.rdNext {
                // FCGX_GetChar has taken one byte of the buffered run that ends at `stop`.
                let run = UnsafeMutableRawBufferPointer(
                    start: next - 1, count: min(stream.pointee.stop - next + 1, length - filled))
                UnsafeMutableRawBufferPointer(rebasing: memory[filled..<filled + run.count])
                    .copyMemory(from: UnsafeRawBufferPointer(run))
                zero(run)
                stream.pointee.rdNext = next - 1 + run.count
                filled += run.count
            }
            return filled
        }
    }
}

extension Request {
    /// Adds those of the `NAME=value` strings that some program reads; no other is looked at twice.
    mutating func add(_ parameters: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
        var entry = parameters
        while let text = entry.pointee {
            add(entry: text)
            entry += 1
        }
    }

    private mutating func add(entry text: UnsafePointer<CChar>) {
        guard let separator = strchr(text, Int32(UInt8(ascii: "="))) else { return }
        let length = UnsafePointer(separator) - text
        let parameter = text.withMemoryRebound(to: UInt8.self, capacity: length) {
            RequestParameter.named(UnsafeBufferPointer(start: $0, count: length))
        }
        if let parameter { add(parameter, String(cString: separator + 1)) }
    }
}
