/// A queue of two stacks: what comes is put on one, and turned over onto the other when that is empty. So
/// adding and taking cost the same however many wait.
struct FirstInFirstOut<Element: Sendable>: Sendable {
    private var newest: [Element] = []
    /// The next one last.
    private var oldest: [Element] = []

    var count: Int { newest.count + oldest.count }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element) {
        newest.append(element)
    }

    /// There must be one.
    mutating func removeFirst() -> Element {
        if oldest.isEmpty {
            oldest = newest.reversed()
            newest.removeAll(keepingCapacity: true)
        }
        return oldest.removeLast()
    }
}
