import FastCGIRecords
import Testing

@Suite("A request is begun only when all of it has arrived")
struct RequestScannerTests {
    private let scanner = RequestScanner(bodyLimit: 100)

    private func examine(_ bytes: [UInt8]) -> Arrival {
        bytes.withUnsafeBytes { scanner.examine($0) }
    }

    @Test("A whole request is complete, with its body's length and the wish to keep the connection")
    func whole() {
        let bytes = Records.request(parameters: ["A": "b"], body: [UInt8](repeating: 1, count: 30), keep: true)
        guard case .complete(let framing) = examine(bytes) else {
            Issue.record("not complete")
            return
        }
        #expect(framing.length == bytes.count)
        #expect(framing.bodyLength == 30)
        #expect(framing.keepsConnection)
    }

    @Test("Every proper prefix of a request is incomplete")
    func prefixes() {
        let bytes = Records.request(parameters: ["REQUEST_METHOD": "GET", "LONG": String(repeating: "x", count: 200)])
        for length in 0..<bytes.count {
            #expect(examine(Array(bytes[..<length])) == .incomplete, "at \(length)")
        }
    }

    @Test("What looks like a record in the padding of one is padding")
    func padding() {
        let hidden: [UInt8] = [1, 4, 0, 1, 255, 255, 0, 0]
        let bytes =
            [1, 1, 0, 1, 0, 8, 8, 0, 0, 1, 0, 0, 0, 0, 0, 0] + hidden + [1, 4, 0, 1, 0, 0, 8, 0] + hidden
            + Records.record(5, [])
        guard case .complete(let framing) = examine(bytes) else {
            Issue.record("not complete")
            return
        }
        #expect(framing.length == bytes.count && framing.requestID == 1)
    }

    @Test("The body of another request is refused however much of it has arrived")
    func foreignBody() {
        let own = Records.begin() + Records.record(4, []) + Records.record(5, [1])
        let foreign = Records.record(5, [UInt8](repeating: 1, count: 101), id: 2)
        for length in 8...foreign.count {
            #expect(examine(own + foreign[..<length]) == .refused(.multiplexed), "at \(length)")
        }
    }

    @Test("Parameters split anywhere into two records are the same request")
    func split() {
        let stream = Records.pairs(["A": String(repeating: "v", count: 300), "B": ""])
        for cut in 1..<stream.count {
            let bytes =
                Records.begin() + Records.record(4, Array(stream[..<cut])) + Records.record(4, Array(stream[cut...]))
                + Records.record(4, []) + Records.record(5, [])
            guard case .complete = examine(bytes) else {
                Issue.record("cut at \(cut)")
                return
            }
        }
    }

    @Test("Lengths up to 128 are read in both their encodings", arguments: [0, 1, 127, 128])
    func encodings(length: Int) {
        let value = [UInt8](repeating: 65, count: length)
        let wide = [1, 0x80, 0, 0, UInt8(length)] + Array("N".utf8) + value
        #expect(isComplete(parameterStream: wide))
        if length < 128 { #expect(isComplete(parameterStream: [1, UInt8(length)] + Array("N".utf8) + value)) }
    }

    @Test(
        "Lengths that overflow libfcgi's arithmetic are refused (V-F1)",
        arguments: [
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfe],
            [0xff, 0xff, 0xff, 0xfe, 0], [0xc0, 0, 0, 0, 0xc0, 0, 0, 0],
        ] as [[UInt8]])
    func overflow(lengths: [UInt8]) {
        #expect(examine(Records.begin() + Records.record(4, lengths)) == .refused(.malformedParameters))
    }

    @Test("A pair that does not end with the stream is refused")
    func cutPair() {
        let bytes = Records.begin() + Records.record(4, [1, 5, 65, 66]) + Records.record(4, [])
        #expect(examine(bytes) == .refused(.malformedParameters))
    }

    @Test("A NUL in a name or value is refused, never cut there")
    func nul() {
        #expect(examine(Records.request(parameters: ["A": "b\0c"])) == .refused(.malformedParameters))
    }

    @Test("Parameters past the limit are refused before they have arrived")
    func parametersTooLong() {
        var bytes = Records.begin()
        for _ in 0..<2 { bytes += Records.record(4, Records.pairs(["A": String(repeating: "x", count: 50_000)])) }
        #expect(examine(bytes) == .refused(.parametersTooLong))
    }

    @Test("A body past the limit can be answered before its end")
    func oversized() {
        let head = Records.begin() + Records.record(4, []) + Records.record(5, [UInt8](repeating: 0, count: 60))
        #expect(examine(head) == .incomplete)
        for bytes in [
            head + Records.record(5, [UInt8](repeating: 0, count: 41)),
            head + Array(Records.record(5, [UInt8](repeating: 0, count: 5000))[..<20]),
        ] {
            guard case .oversized = examine(bytes) else {
                Issue.record("not oversized")
                return
            }
        }
    }

    @Test(
        "Records that no responder request has end the connection",
        arguments: [
            Records.record(9, [], id: 0), Records.record(1, [0, 1, 0, 0, 0, 0, 0, 0], version: 2),
            Records.record(4, []), Records.record(200, [1, 2]), [UInt8]("GET / HTTP/1.1\r\n".utf8),
            Records.begin() + Records.begin(), Records.begin() + Records.record(2, []),
            Records.begin() + Records.record(4, [], id: 2), Records.begin() + Records.record(5, []),
            Records.record(1, [0, 2, 0, 0, 0, 0, 0, 0]), Records.record(1, [0, 1, 0]),
            Records.record(1, [0, 1, 0, 0, 0, 0, 0, 0], id: 0),
        ])
    func foreign(bytes: [UInt8]) {
        guard case .refused = examine(bytes + [UInt8](repeating: 0, count: 8)) else {
            Issue.record("not refused")
            return
        }
    }

    private func isComplete(parameterStream: [UInt8]) -> Bool {
        let bytes = Records.begin() + Records.record(4, parameterStream) + Records.record(4, []) + Records.record(5, [])
        if case .complete = examine(bytes) { return true }
        return false
    }
}

/// FastCGI records as a web server writes them.
enum Records {
    static func record(_ type: UInt8, _ content: [UInt8], id: UInt16 = 1, version: UInt8 = 1) -> [UInt8] {
        let padding = UInt8((8 - content.count % 8) % 8)
        return [
            version, type, UInt8(id >> 8), UInt8(id & 255), UInt8(content.count >> 8), UInt8(content.count & 255),
            padding, 0,
        ] + content + [UInt8](repeating: 0, count: Int(padding))
    }

    static func begin(keep: Bool = false) -> [UInt8] {
        record(1, [0, 1, keep ? 1 : 0, 0, 0, 0, 0, 0])
    }

    static func pairs(_ parameters: KeyValuePairs<String, String>) -> [UInt8] {
        parameters.flatMap { name, value in
            length(name.utf8.count) + length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
        }
    }

    static func request(
        parameters: KeyValuePairs<String, String>, body: [UInt8] = [], keep: Bool = false
    ) -> [UInt8] {
        begin(keep: keep) + record(4, pairs(parameters)) + record(4, [])
            + (body.isEmpty ? [] : record(5, body)) + record(5, [])
    }

    private static func length(_ value: Int) -> [UInt8] {
        value < 128
            ? [UInt8(value)]
            : [0x80 | UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }
}
