import Identity

/// What is kept of one subject's failures.
struct AttemptCount: Equatable, Sendable {
    var failures: Int64 = 0
    /// Until then nothing is let through.
    var blockedUntil = Timestamp(milliseconds: 0)
    /// When none of the failures counts any more. With `fading` this alone is the count: it moves on by
    /// the time that one failure is remembered, so that no remainder of a division is ever lost.
    var forgottenAt = Timestamp(milliseconds: 0)

    /// How long nothing is let through; zero when something is. More than the longest delay can only
    /// mean that the clock was set back, and nobody is shut out for that.
    func wait(at now: Timestamp) -> Duration {
        let rest = blockedUntil - now
        return rest > AttemptRule.longestDelay ? .zero : max(rest, .zero)
    }

    /// Adds failures, and the delay that they bring.
    mutating func add(_ events: Int64, under rule: AttemptRule, at now: Timestamp) {
        switch rule.memory {
        case .consecutive(let quiet):
            failures = (now < forgottenAt ? failures : 0) + events
            forgottenAt = now + quiet
        case .fading(let interval):
            let remembered = min(max(forgottenAt - now, .zero), interval * Int(rule.ceiling))
            let level = (remembered + interval * Int(events)).milliseconds
            forgottenAt = now + .milliseconds(level)
            failures = (level + interval.milliseconds - 1) / interval.milliseconds
        }
        let delay = rule.delay(after: failures)
        blockedUntil = delay > .zero ? now + delay : Timestamp(milliseconds: 0)
    }
}

extension AttemptRule {
    /// No more failures than this are remembered of a subject, whatever the clock did meanwhile: as
    /// many as bring the longest delay.
    fileprivate var ceiling: Int64 { free + step * (Self.mostDoublings + 1) }
}
