/// A way to reach people: mail, text messages, or a file in their stead.
package protocol MessageChannel: Sendable {
    /// Hands `message` over to be delivered: once this returns, somebody else has taken responsibility for it.
    ///
    /// Tries once. Which failures are worth another attempt, ``DeliveryFailure/isTransient`` says.
    func send(_ message: OutgoingMessage) async throws(DeliveryFailure)
}
