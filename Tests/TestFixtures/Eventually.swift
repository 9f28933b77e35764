import Foundation

/// Waits until another thread has made `condition` true; false when it does not within the limit.
public func eventually(within limit: Duration = .seconds(10), _ condition: () -> Bool) -> Bool {
    let end = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < end else { return false }
        usleep(500)
    }
    return true
}
