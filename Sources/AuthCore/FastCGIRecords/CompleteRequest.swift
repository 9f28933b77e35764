/// A whole request where it lies: its parameters and its body, read from the records themselves.
///
/// A view of bytes that `RequestScanner` has called complete, and must not outlive them. Because they
/// have been checked, nothing here can run past their end.
public struct CompleteRequest {
    private let bytes: UnsafeRawBufferPointer
    private let framing: Framing

    /// - Parameter bytes: begin with the request that `framing` is about, all of it.
    public init(_ bytes: UnsafeRawBufferPointer, _ framing: Framing) {
        precondition(bytes.count >= framing.length)
        self.bytes = bytes
        self.framing = framing
    }

    /// Calls `body` with each name and value in the order sent; none of them holds a NUL.
    public func forEachParameter(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        // nginx sends one record unless there are more than 64 KiB; then a pair may lie across two.
        var only: UnsafeRawBufferPointer?
        var joined: [UInt8] = []
        forEachRecord(of: .parameters) { content in
            if let first = only {
                if joined.isEmpty { joined.append(contentsOf: first) }
                joined.append(contentsOf: content)
            } else {
                only = content
            }
        }
        if !joined.isEmpty { return joined.withUnsafeBytes { Self.forEachPair(of: $0, body) } }
        if let only { Self.forEachPair(of: only, body) }
    }

    /// Copies the body's `framing.bodyLength` bytes.
    public func copyBody(to memory: UnsafeMutableRawBufferPointer) {
        var filled = 0
        forEachRecord(of: .standardInput) { content in
            UnsafeMutableRawBufferPointer(rebasing: memory[filled..<filled + content.count]).copyMemory(from: content)
            filled += content.count
        }
    }

    /// Calls `body` with what each record of one kind holds, but for the empty one at the end.
    private func forEachRecord(of kind: RecordHeader.Kind, _ body: (UnsafeRawBufferPointer) -> Void) {
        var offset = 0
        while offset < framing.length, let header = RecordHeader(bytes, at: offset) {
            let start = offset + RecordHeader.size
            if header.kind == kind, header.contentLength > 0 {
                body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + header.contentLength]))
            }
            offset += header.length
        }
    }

    /// FastCGI 1.0, section 3.4: two lengths of one or four bytes, then the name and the value.
    private static func forEachPair(
        of stream: UnsafeRawBufferPointer,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
    ) {
        var offset = 0
        func length() -> Int {
            let first = Int(stream[offset])
            guard first & 0x80 != 0 else {
                offset += 1
                return first
            }
            let wide = UInt32(bigEndian: stream.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            offset += 4
            return Int(wide & 0x7fff_ffff)
        }
        while offset < stream.count {
            let (nameLength, valueLength) = (length(), length())
            let value = offset + nameLength
            let end = value + valueLength
            body(
                UnsafeRawBufferPointer(rebasing: stream[offset..<value]),
                UnsafeRawBufferPointer(rebasing: stream[value..<end]))
            offset = end
        }
    }
}
