/// How many wrong answers are taken within a time, after which nothing is checked any more.
package struct AttemptLimits: Sendable, Equatable {
    /// About one person: by strangers together, and by each device that the person has logged in with.
    package let person: Int
    /// From one network address (of IPv6, one /64).
    package let address: Int
    /// By way of one client.
    package let client: Int
    /// Begins with the first wrong answer.
    package let window: Duration
    /// One-time codes sent to one person by one method in ``sendWindow``.
    package let sends: Int
    package let sendWindow: Duration

    package init(
        person: Int = 10, address: Int = 100, client: Int = 1000, window: Duration = .seconds(900), sends: Int = 3,
        sendWindow: Duration = .seconds(600)
    ) {
        self.person = person
        self.address = address
        self.client = client
        self.window = window
        self.sends = sends
        self.sendWindow = sendWindow
    }

    /// One-time codes asked for from one network address in ``window``: many people may share one.
    var sendsByAddress: Int { address * 10 }
    /// Wrong answers to one code.
    package static let triesOfCode = 5

    /// Counters whose window began before this long ago are of no use to anybody.
    package var longestWindow: Duration { max(window, sendWindow) }
}
