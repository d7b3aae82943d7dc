import ArgumentParser
import Storage

/// `vouchsafe market forget-key`.
struct MarketForgetKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget-key",
        abstract: "Forgets the signing key of a person who has lost their vault and made a new one.",
        discussion: """
            The next key that the hub shows for this person is then believed, as at the first time. Be sure first that it
            is the person who asks: whoever makes the hub show another key could agree in their name.
            """)

    @Argument(help: "What the market calls the person.")
    var subject: String

    @OptionGroup var market: MarketOptions

    func run() async throws {
        guard try await market.open().store().forgetKey(of: subject) else {
            throw CommandFailure("no key of \(subject) is known")
        }
    }
}
