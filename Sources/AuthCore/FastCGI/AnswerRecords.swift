import Glibc

/// Sends answers as FastCGI records, each in one write, from memory that is used again. For one thread.
final class AnswerRecords {
    /// Bytes of content in one record; a multiple of eight, so that full records need no padding.
    private static let recordLimit = 0xfff8

    private enum Kind: UInt8 {
        case endRequest = 3
        case standardOutput = 6
    }

    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(1024)
    }

    /// Sends an answer as CGI has it (a header, an empty line, a body) and the end of the request.
    ///
    /// - Returns: false when the peer is gone, or takes nothing for a second (`SO_SNDTIMEO`).
    func send(_ answer: UnsafeRawBufferPointer, requestID: UInt16, to descriptor: Int32) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        var rest = answer[...]
        while !rest.isEmpty {
            let content = rest.prefix(Self.recordLimit)
            let padding = (8 - content.count % 8) % 8
            append(.standardOutput, requestID, content: content.count, padding: padding)
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: content))
            for _ in 0..<padding { bytes.append(0) }
            rest = rest.dropFirst(content.count)
        }
        append(.standardOutput, requestID, content: 0, padding: 0)
        append(.endRequest, requestID, content: 8, padding: 0)
        // FCGI_EndRequestBody: application status 0, FCGI_REQUEST_COMPLETE (FastCGI 1.0, section 5.5).
        for _ in 0..<8 { bytes.append(0) }
        // Answers carry tokens.
        defer { bytes.withUnsafeMutableBytes(zero) }
        return bytes.withUnsafeBytes { Self.write($0, to: descriptor) }
    }

    private func append(_ kind: Kind, _ requestID: UInt16, content: Int, padding: Int) {
        bytes.append(1)
        bytes.append(kind.rawValue)
        bytes.append(UInt8(requestID >> 8))
        bytes.append(UInt8(requestID & 0xff))
        bytes.append(UInt8(content >> 8))
        bytes.append(UInt8(content & 0xff))
        bytes.append(UInt8(padding))
        bytes.append(0)
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = Glibc.send(
                descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
