import ArgumentParser
import DataMarket
import DataSharing
import Foundation
import HubClient
import WireFormats

/// What is pushed, and of which scope.
struct PushOptions: ParsableArguments {
    @Argument(help: "CSV or JSON: the subjects and their claims.")
    var file: String

    @Option(help: "The scope, as shop:loyalty.")
    var scope: String

    @Option(help: "The version of its definition (default: the newest).")
    var version: Int?

    @Option(help: ArgumentHelp("When the statements end (default: never).", valueName: "days"))
    var expiresIn: Int?

    @Flag(help: "Print JSON.")
    var json = false

    func expiry(_ now: Date) -> Int64? {
        expiresIn.map { Int64(now.timeIntervalSince1970) + Int64($0) * 86_400 }
    }

    func definition(_ directory: HubDirectory) async throws -> ScopeDefinition {
        guard let name = ScopeName(scope) else { throw CommandFailure("--scope: \(ScopeName.form) is expected") }
        return try await directory.definition(of: name, version: version)
    }

    func rows(_ definition: ScopeDefinition) async throws -> [MarketRow] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file): cannot be read")
        }
        let source: any MarketData = MarketFile(
            Array(data), form: file.lowercased().hasSuffix(".json") ? .json : .csv, definition: definition)
        do {
            return try await source.rows()
        } catch let fault as MarketDataFault {
            throw CommandFailure("\(file): \(fault)")
        }
    }

    func tell(_ pushed: [PushedEntry], resumed: Int) {
        guard json else {
            if resumed > 0 { print("Sent again what an earlier run had left: \(resumed).") }
            print("Pushed \(pushed.count).")
            return
        }
        printJSON([
            "resumed": .integer(Int64(resumed)),
            "results": .array(
                pushed.map { entry in
                    var object: JSONObject = ["id": .string(entry.id), "subject": .string(entry.subject)]
                    object["ledger"] = entry.ledger?.json
                    return .object(object)
                }),
        ])
    }
}

/// `vouchsafe market push`: case 1, the person keeps the values.
struct MarketPushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Deposits values with people, encrypted to their own keys.")

    @OptionGroup var push: PushOptions
    @OptionGroup var options: MarketOptions

    func run() async throws {
        let setup = try options.open()
        let directory = try await setup.directory()
        let pusher = setup.pusher(directory, try setup.store())
        let definition = try await push.definition(directory)
        let rows = try await push.rows(definition)
        let resumed = try await pusher.resume()
        push.tell(
            try await pusher.pushDeposits(rows, of: definition, expiresAt: push.expiry(Date())), resumed: resumed)
    }
}

/// `vouchsafe market digest`: case 2, the market keeps the values.
struct MarketDigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Pushes digests of values that stay here.")

    @OptionGroup var push: PushOptions
    @OptionGroup var options: MarketOptions

    func run() async throws {
        let setup = try options.open()
        let directory = try await setup.directory()
        let pusher = setup.pusher(directory, try setup.store())
        let definition = try await push.definition(directory)
        let rows = try await push.rows(definition)
        let resumed = try await pusher.resume()
        push.tell(
            try await pusher.pushDigests(rows, of: definition, expiresAt: push.expiry(Date())), resumed: resumed)
    }
}
