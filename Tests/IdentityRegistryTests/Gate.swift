import Foundation

/// Holds threads up until it is opened.
final class Gate: Sendable {
    private let condition = OpenCondition()

    func wait() { condition.wait() }

    func open() { condition.open() }
}

private final class OpenCondition: @unchecked Sendable {  // isOpen is touched under the condition's lock only
    private let condition = NSCondition()
    private var isOpen = false

    func wait() {
        condition.lock()
        while !isOpen { condition.wait() }
        condition.unlock()
    }

    func open() {
        condition.lock()
        isOpen = true
        condition.broadcast()
        condition.unlock()
    }
}
