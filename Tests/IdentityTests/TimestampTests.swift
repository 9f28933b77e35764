import Identity
import Testing

@Suite struct TimestampTests {
    @Test(
        "Times are written as RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_232_400_123, "2026-11-21T03:40:00.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func iso8601(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601() == text)
    }

    @Test("Seconds are rounded down")
    func seconds() {
        #expect(Timestamp(milliseconds: 1999).seconds == 1)
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: -1000).seconds == -1)
        #expect(Timestamp(seconds: 7).milliseconds == 7000)
    }

    @Test("Durations are added and taken away")
    func arithmetic() {
        let time = Timestamp(seconds: 100)
        #expect(time + .seconds(15 * 60) == Timestamp(seconds: 1000))
        #expect(time - .milliseconds(1) == Timestamp(milliseconds: 99_999))
        #expect(time - Timestamp(seconds: 40) == .seconds(60))
        #expect(time < time + .milliseconds(1))
    }

    @Test("Nothing from outside makes arithmetic trap", arguments: [Int64.min, -1, 0, 1, Int64.max])
    func extremes(value: Int64) {
        for other in [Int64.min, -1, 0, 1, Int64.max] {
            let (first, second) = (Timestamp(seconds: value), Timestamp(milliseconds: other))
            #expect((first - second >= .zero) == (first >= second))
            #expect(first + .seconds(Int64.max) >= first)
            #expect(second - .seconds(Int64.max) <= second)
        }
        _ = Timestamp(milliseconds: value).iso8601()
    }

    @Test("The system's clock is after this was written and before the year 2200")
    func now() {
        #expect(Timestamp(seconds: 1_700_000_000) < .now() && .now() < Timestamp(seconds: 7_258_118_400))
    }

    @Test(
        "a time in RFC 3339 is read as it is written",
        arguments: [0, -1, 1_795_000_000_123, 951_782_399_000, -62_135_596_800_000])
    func parsed(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(Timestamp(iso8601: time.iso8601()) == time)
    }

    @Test("a fraction may have one to three digits, or be left out")
    func fractions() {
        #expect(Timestamp(iso8601: "2026-11-21T03:40:00Z") == Timestamp(iso8601: "2026-11-21T03:40:00.000Z"))
        #expect(Timestamp(iso8601: "2026-11-21T03:40:00.5Z") == Timestamp(iso8601: "2026-11-21T03:40:00.500Z"))
        #expect(Timestamp(iso8601: "2026-11-21T03:40:00.25Z") == Timestamp(iso8601: "2026-11-21T03:40:00.250Z"))
    }

    @Test(
        "what is no such time is not read",
        arguments: [
            "", "2026-11-21", "2026-11-21T03:40:00", "2026-11-21 03:40:00Z", "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-10T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234Z", "2026-01-01T00:00:00+00:00", "+026-01-01T00:00:00Z",
        ])
    func notATime(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }
}
