import ArgumentParser

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Anchors the transparency ledger, and checks its anchors.",
        subcommands: [AnchorCommand.self, AnchorsCommand.self])
}

struct AnchorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor", abstract: "Puts the ledger's size and root into a chain.",
        subcommands: [AnchorKeyCommand.self, AnchorDeployCommand.self, AnchorNowCommand.self])
}

struct AnchorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchors", abstract: "Checks anchors from outside.",
        subcommands: [AnchorsVerifyCommand.self])
}
