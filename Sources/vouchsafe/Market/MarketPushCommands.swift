import ArgumentParser
import DataMarket
import DataSharing
import Foundation
import HubClient
import Storage
import WireFormats

/// What is pushed, of which scope, and how often.
struct PushOptions: ParsableArguments {
    @Argument(help: "CSV or JSON: the subjects and their claims.")
    var file: String?

    @Option(
        help: ArgumentHelp(
            "In place of a file: a SQLite file, or postgresql://… It is never written.", valueName: "file|url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A SELECT with columns as a CSV file has them: subject, then claims. NULL is no claim.", valueName: "sql"))
    var query: String?

    @Option(help: "The scope, as shop:loyalty.")
    var scope: String

    @Option(help: "The version of its definition (default: the newest).")
    var version: Int?

    @Option(help: ArgumentHelp("When the statements end (default: never).", valueName: "days"))
    var expiresIn: Int?

    @Option(
        help: ArgumentHelp(
            "Do it again and again, as every 30s, 5m or 1h, and push only what has changed.", valueName: "interval"))
    var watch: WatchInterval?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (file == nil) == (database != nil), (database == nil) == (query == nil) else {
            throw ValidationError("A file is expected, or --database and --query.")
        }
        guard expiresIn.map({ (1...36_500).contains($0) }) ?? true else {
            throw ValidationError("--expires-in is 1 to 36500 days.")
        }
    }

    func expiry(_ now: Date) -> Int64? {
        expiresIn.map { Int64(now.timeIntervalSince1970) + Int64($0) * 86_400 }
    }

    func definition(_ directory: HubDirectory) async throws -> ScopeDefinition {
        guard let name = ScopeName(scope) else { throw CommandFailure("--scope: \(ScopeName.form) is expected") }
        return try await directory.definition(of: name, version: version)
    }

    func rows(_ definition: ScopeDefinition) async throws -> [MarketRow] {
        do {
            return try await source(definition).rows()
        } catch let fault as MarketDataFault {
            throw CommandFailure("\(file ?? "--query"): \(fault)")
        }
    }

    private func source(_ definition: ScopeDefinition) throws -> any MarketData {
        if let database, let query {
            return SQLMarketData(database: database, query: query, definition: definition)
        }
        let file = file ?? ""
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file): cannot be read")
        }
        return MarketFile(
            Array(data), form: file.lowercased().hasSuffix(".json") ? .json : .csv, definition: definition)
    }

    func tell(_ pushed: [PushedEntry], resumed: Int) {
        defer { fflush(nil) }
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

/// How often a source is looked at: seconds, or a number with s, m or h.
struct WatchInterval: ExpressibleByArgument {
    let seconds: Int

    init?(argument: String) {
        let units = ["s": 1, "m": 60, "h": 3600]
        let unit = argument.last.flatMap { units[String($0)] }
        guard let number = Int(unit == nil ? argument[...] : argument.dropLast()), number > 0,
            case (let seconds, let isTooLong) = number.multipliedReportingOverflow(by: unit ?? 1), !isTooLong,
            seconds <= 7 * 86_400
        else { return nil }
        self.seconds = seconds
    }
}

/// One push, or one after the other.
struct PushRun {
    let push: PushOptions
    let holder: ScopeDefinition.Holder
    let directory: HubDirectory
    let pusher: MarketPusher

    init(_ push: PushOptions, _ options: MarketOptions, of holder: ScopeDefinition.Holder) async throws {
        let setup = try options.open()
        (self.push, self.holder) = (push, holder)
        directory = try await setup.directory()
        pusher = setup.pusher(directory, try setup.store())
    }

    func run() async throws {
        guard let interval = push.watch else { return try await once() }
        var told: Int?
        while true {
            do {
                let changes = try await changes()
                if changes.waiting != told, changes.waiting > 0 {
                    note("\(changes.waiting) rows wait for people who have no keys yet")
                }
                told = changes.waiting
            } catch {
                note("\(error)")
            }
            try await Task.sleep(for: .seconds(interval.seconds))
        }
    }

    private func once() async throws {
        let definition = try await push.definition(directory)
        let rows = try await push.rows(definition)
        let resumed = try await pusher.resume()
        let expiry = push.expiry(Date())
        let pushed =
            switch holder {
            case .person: try await pusher.pushDeposits(rows, of: definition, expiresAt: expiry)
            case .market: try await pusher.pushDigests(rows, of: definition, expiresAt: expiry)
            }
        push.tell(pushed, resumed: resumed)
    }

    private func changes() async throws -> PushedChanges {
        let definition = try await push.definition(directory)
        guard definition.heldBy == holder else { throw PushFailure.heldByOther(definition.heldBy) }
        let rows = try await push.rows(definition)
        let resumed = try await pusher.resume()
        let changes = try await pusher.pushChanges(rows, of: definition, expiresAt: push.expiry(Date()))
        if resumed > 0 || !changes.pushed.isEmpty { push.tell(changes.pushed, resumed: resumed) }
        return changes
    }

    private func note(_ text: String) {
        FileHandle.standardError.write(Data("vouchsafe market: \(text)\n".utf8))
    }
}

/// `vouchsafe market push`: case 1, the person keeps the values.
struct MarketPushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Deposits values with people, encrypted to their own keys.",
        discussion: "With --watch, people who have made no keys yet are passed over until they have.")

    @OptionGroup var push: PushOptions
    @OptionGroup var options: MarketOptions

    func run() async throws { try await PushRun(push, options, of: .person).run() }
}

/// `vouchsafe market digest`: case 2, the market keeps the values.
struct MarketDigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Pushes digests of values that stay here.")

    @OptionGroup var push: PushOptions
    @OptionGroup var options: MarketOptions

    func run() async throws { try await PushRun(push, options, of: .market).run() }
}
