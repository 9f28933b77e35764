import Secrets

extension Request {
    /// The id that nginx gave the request, as it stands in its log; a fresh one when there is none
    /// that is fit for a header and a log line.
    public func requestID() -> String {
        if let id = value(.authRequestID), (1...64).contains(id.utf8.count), id.utf8.allSatisfy(isIDByte) { return id }
        return randomBytes(16).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

private func isIDByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        true
    default: false
    }
}
