import Events
import Glibc
import Identity
import Testing

@Suite struct EventLogTests {
    private let time = "2026-11-21T03:40:00.123Z"

    /// What `body` makes the log write, read back from a pipe.
    private func lines(_ level: LogLevel = .debug, _ body: (EventLog) -> Void) throws -> String {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        body(
            EventLog(program: "fcgi-auth-login", level: level, descriptor: ends[1]) {
                Timestamp(milliseconds: 1_795_232_400_123)
            })
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(ends[0], &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test("A line is priority, time, program, event and fields in a fixed order")
    func line() throws {
        let account = try #require(AccountID("0198c0de-0000-7000-8000-000000000001"))
        let session = try #require(SessionID("0198c0de-0000-7000-8000-000000000002"))
        let written = try lines {
            $0.record(
                .loginOK, request: "7f3a", account: account, session: session, address: "2001:db8::1",
                ["zone": "b", "agent": "a b"])
        }
        #expect(
            written == """
                <6>\(time) fcgi-auth-login login_ok request_id=7f3a user_id=\(account) session_id=\(session) \
                address=2001:db8::1 agent="a b" zone=b

                """)
    }

    @Test("Each level has syslog's number")
    func priorities() throws {
        let written = try lines {
            for event in [Event.storeUnavailable, .refreshReused, .accountDisabled, .loginRefused, .refreshed] {
                $0.record(event)
            }
        }
        #expect(written.split(separator: "\n").map { $0.prefix(3) } == ["<3>", "<4>", "<5>", "<6>", "<7>"])
    }

    @Test("Events below the level are not written, and their fields not worked out")
    func level() throws {
        func fields() -> KeyValuePairs<String, String> {
            Issue.record("fields were worked out")
            return [:]
        }
        let written = try lines(.notice) {
            $0.record(.loginOK, fields())
            $0.record(.refreshed, fields())
            $0.record(.accountDeleted)
        }
        #expect(written == "<5>\(time) fcgi-auth-login account_deleted\n")
    }

    @Test(
        "Nothing from outside can end the line, forge a field or act on a terminal",
        arguments: [
            ("a\nb", #""a\nb""#), ("a\r\n<3>x", #""a\r\n<3>x""#), ("\" user_id=1", #""\" user_id=1""#),
            ("\\", #""\\""#), ("\u{1B}[2J", #""\u{1b}[2J""#), ("\u{202E}gpj", #""\u{202e}gpj""#),
            ("\0", #""\u{0}""#), ("\u{7F}\u{85}\u{2028}", #""\u{7f}\u{85}\u{2028}""#),
            ("é\u{1F600}", #""\u{e9}\u{1f600}""#),
            ("", #""""#), ("a=b", #""a=b""#), ("ada@example.org", "ada@example.org"),
        ])
    func escaping(value: String, expected: String) throws {
        let written = try lines { $0.record(.loginRefused, ["name": value]) }
        #expect(written == "<6>\(time) fcgi-auth-login login_refused name=\(expected)\n")
    }

    @Test("A name that is no name can't forge one")
    func names() throws {
        let written = try lines { $0.record(.loginRefused, ["a b=\nc": "1"]) }
        #expect(written == "<6>\(time) fcgi-auth-login login_refused a_b__c=1\n")
    }

    @Test("Whatever is logged, a line fits one write to a pipe and the first fields stay")
    func bounded() throws {
        let long = String(repeating: "\u{202E}", count: 10_000)
        let written = try lines {
            $0.record(.loginRefused, request: "r1", address: long, ["a": long, "b": long, "c": long, "d": "x"])
        }
        #expect(written.utf8.count <= 4096)
        #expect(written.contains(" request_id=r1 address=\"\\u{202e}"))
        #expect(written.contains(" d=x"))
        #expect(written.hasSuffix(" truncated=true\n"))
        #expect(written.split(separator: "\n").count == 1)
    }

    @Test("A closed log does not stop the program")
    func closedLog() {
        EventLog(program: "p", level: .debug, descriptor: -1).record(.started)
    }

    @Test("Event names are words that alerts can match", arguments: Event.allCases)
    func names(_ event: Event) {
        #expect(event.rawValue.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == 0x5F })
    }
}
