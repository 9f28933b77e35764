/// The eight bytes before every FastCGI record (FastCGI 1.0, section 3.3).
struct RecordHeader {
    static let size = 8
    static let version: UInt8 = 1

    enum Kind: UInt8 {
        case beginRequest = 1
        case parameters = 4
        case standardInput = 5
    }

    let kind: Kind
    let requestID: UInt16
    let contentLength: Int
    let paddingLength: Int

    /// Reads the header at `offset`, or says that it is none we accept.
    ///
    /// Only the three record types a web server sends for one responder request are known: an
    /// abort, a management record or a filter's data ends the connection.
    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard bytes[offset] == Self.version, let kind = Kind(rawValue: bytes[offset + 1]) else { return nil }
        self.kind = kind
        requestID = UInt16(bytes[offset + 2]) << 8 | UInt16(bytes[offset + 3])
        contentLength = Int(bytes[offset + 4]) << 8 | Int(bytes[offset + 5])
        paddingLength = Int(bytes[offset + 6])
    }

    var length: Int { Self.size + contentLength + paddingLength }
}
