import Identity
import Testing

@testable import Throttling

@Suite("What is counted of failures")
struct AttemptCountTests {
    private let row = AttemptRule(free: 3, memory: .consecutive(.seconds(86_400)))
    private let fading = AttemptRule(free: 100, memory: .fading(oneEvery: .seconds(10)))

    @Test("each delay is twice the last, from a second to 15 minutes")
    func growing() {
        let delays = (1...20).map { row.delay(after: $0).components.seconds }
        #expect(delays == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512] + Array(repeating: 900, count: 8))
        #expect(row.delay(after: .max) == .seconds(900))
    }

    @Test("a steady trickle is forgotten to the last remainder, whatever its rhythm", arguments: [1, 7, 333, 9_999])
    func noRemainderLost(rhythm: Int) {
        var count = AttemptCount()
        var now = start
        for turn in 1...5_000 {
            count.add(1, under: fading, at: now)
            let past = (now - start).milliseconds
            // What a count that were computed in one go would hold.
            let ideal = (Int64(turn) * 10_000 - past + 9_999) / 10_000
            #expect(count.failures == min(max(ideal, 1), 100 + 11 + 1))
            now = now + .milliseconds(rhythm)
        }
    }

    @Test("one every ten seconds may go on for ever")
    func sustained() {
        var count = AttemptCount()
        count.add(98, under: fading, at: start)
        for turn in 0..<10_000 {
            let now = start + .seconds(turn * 10)
            count.add(1, under: fading, at: now)
            #expect(count.wait(at: now) == .zero)
        }
    }

    @Test("the hundredth failure at once must wait, and the next after a pause of as many seconds need not")
    func fadingDelay() {
        var count = AttemptCount()
        count.add(99, under: fading, at: start)
        #expect(count.wait(at: start) == .zero)
        count.add(1, under: fading, at: start)
        #expect(count.wait(at: start) == .seconds(1))
        count.add(1, under: fading, at: start + .seconds(1000))
        #expect(count.failures == 1 && count.wait(at: start + .seconds(1000)) == .zero)
    }

    @Test("a clock that was set back shuts nobody out for longer than the longest delay")
    func clockSetBack() {
        for rule in [row, fading] {
            var count = AttemptCount()
            count.add(200, under: rule, at: start)
            #expect(count.wait(at: start) == .seconds(900))
            let earlier = start - .seconds(86_400 * 365)
            #expect(count.wait(at: earlier) == .zero)
            count.add(1, under: rule, at: earlier)
            #expect(count.wait(at: earlier) == .seconds(900))
            #expect(count.forgottenAt - earlier <= .seconds(86_400))
        }
    }
}
