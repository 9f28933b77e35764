@testable import FastCGIRecords

/// What a connection's bytes amount to does not depend on how they came in pieces, and what is
/// called complete is one whole request whose parameters fill their stream exactly.
@Sendable func checkRecords(_ bytes: [UInt8]) {
    let scanner = RequestScanner(bodyLimit: 64)
    let whole = bytes.withUnsafeBytes { scanner.examine($0) }
    for length in 0..<bytes.count {
        let part = bytes.withUnsafeBytes { scanner.examine(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
        switch part {
        case .incomplete: continue
        case .complete(let framing):
            promise(framing.length <= length && whole == part, "a complete request changes with what follows")
        case .oversized: if case .oversized = whole {} else { promise(false, "an oversized body shrinks") }
        case .refused: if case .refused = whole {} else { promise(false, "what was refused is taken") }
        }
        break
    }
    guard case .complete(let framing) = whole else { return }
    let request = assemble(Array(bytes[..<framing.length]))
    promise(request != nil, "what is no request is taken")
    promise(request?.body == framing.bodyLength && framing.bodyLength <= 64, "the body has another length")
    var (pairs, body) = (0, [UInt8](repeating: 0, count: framing.bodyLength))
    bytes.withUnsafeBytes { bytes in
        let received = CompleteRequest(bytes, framing)
        received.forEachParameter { name, value in
            pairs += 1
            promise(!name.contains(0) && !value.contains(0), "a NUL is passed on")
        }
        body.withUnsafeMutableBytes { received.copyBody(to: $0) }
    }
    promise(pairs == request?.parameters, "another number of parameters")
}

/// Reads records as a responder would, one after the other; nil for anything but one request.
private func assemble(_ bytes: [UInt8]) -> (parameters: Int, body: Int)? {
    var rest = bytes[...]
    var streams: [UInt8: [UInt8]] = [4: [], 5: []]
    var ended: Set<UInt8> = []
    var isFirst = true
    while rest.count >= 8 {
        let header = Array(rest.prefix(8))
        let length = Int(header[4]) * 256 + Int(header[5])
        let content = Array(rest.dropFirst(8).prefix(length))
        rest = rest.dropFirst(8 + length + Int(header[6]))
        guard header[0] == 1, header[2...3] != [0, 0], header[2...3] == bytes[2...3] else { return nil }
        if isFirst {
            guard header[1] == 1, content.count == 8, content[..<2] == [0, 1] else { return nil }
            isFirst = false
            continue
        }
        guard header[1] == 4 || (header[1] == 5 && ended.contains(4)), !ended.contains(header[1]) else { return nil }
        if content.isEmpty { ended.insert(header[1]) } else { streams[header[1]]? += content }
    }
    guard rest.isEmpty, ended == [4, 5], let parameters = streams[4], let body = streams[5] else { return nil }
    return pairCount(parameters).map { ($0, body.count) }
}

/// The number of name-value pairs; nil unless they fill the stream exactly and hold no NUL.
private func pairCount(_ stream: [UInt8]) -> Int? {
    var rest = stream[...]
    var count = 0
    func length() -> Int? {
        guard let first = rest.popFirst() else { return nil }
        guard first >= 128 else { return Int(first) }
        guard rest.count >= 3 else { return nil }
        return (0..<3).reduce(Int(first & 127)) { total, _ in total * 256 + Int(rest.removeFirst()) }
    }
    while !rest.isEmpty {
        guard let name = length(), let value = length(), rest.count >= name + value else { return nil }
        guard !rest.prefix(name + value).contains(0) else { return nil }
        rest = rest.dropFirst(name + value)
        count += 1
    }
    return count
}
