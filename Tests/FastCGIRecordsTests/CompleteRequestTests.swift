import FastCGIRecords
import Testing

@Suite("A whole request is read where it lies")
struct CompleteRequestTests {
    private func read(_ bytes: [UInt8]) -> (parameters: [String], body: [UInt8])? {
        bytes.withUnsafeBytes { bytes in
            guard case .complete(let framing) = RequestScanner(bodyLimit: 1000).examine(bytes) else { return nil }
            let request = CompleteRequest(bytes, framing)
            var parameters: [String] = []
            request.forEachParameter { name, value in
                parameters.append(String(decoding: name, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self))
            }
            var body = [UInt8](repeating: 0xff, count: framing.bodyLength)
            body.withUnsafeMutableBytes { request.copyBody(to: $0) }
            return (parameters, body)
        }
    }

    @Test("Every parameter is there in the order sent, repeated and empty ones as well")
    func parameters() {
        let long = String(repeating: "v", count: 300)
        let bytes = Records.request(parameters: ["A": "1", "": "", "LONG": long, "A": "2", "EMPTY": ""])
        #expect(read(bytes)?.parameters == ["A=1", "=", "LONG=\(long)", "A=2", "EMPTY="])
    }

    @Test("Lengths of one and of four bytes are the same lengths", arguments: [0, 1, 127, 128])
    func lengths(length: Int) {
        let value = [UInt8](repeating: 65, count: length)
        let stream = [0x80, 0, 0, 1, 0x80, 0, 0, UInt8(length)] + Array("N".utf8) + value
        let bytes = Records.begin() + Records.record(4, stream) + Records.record(4, []) + Records.record(5, [])
        #expect(read(bytes)?.parameters == ["N=" + String(repeating: "A", count: length)])
    }

    @Test("A stream cut anywhere into records is the same stream")
    func cut() {
        let stream = Records.pairs(["A": String(repeating: "v", count: 130), "B": "c"])
        let body = Array("the body".utf8)
        let whole = read(Records.request(parameters: ["A": String(repeating: "v", count: 130), "B": "c"], body: body))
        for cut in 1..<stream.count {
            let at = cut % body.count
            let bodies = at == 0 ? [body] : [Array(body[..<at]), Array(body[at...])]
            let parts =
                [Records.begin(), Records.record(4, Array(stream[..<cut])), Records.record(4, Array(stream[cut...]))]
                + [Records.record(4, [])] + bodies.map { Records.record(5, $0) } + [Records.record(5, [])]
            let found = read(parts.flatMap { $0 })
            #expect(found?.parameters == whole?.parameters && found?.body == body, "cut at \(cut)")
        }
    }

    @Test("A request without parameters and body has none")
    func empty() {
        let found = read(Records.begin() + Records.record(4, []) + Records.record(5, []))
        #expect(found?.parameters == [] && found?.body == [])
    }
}
