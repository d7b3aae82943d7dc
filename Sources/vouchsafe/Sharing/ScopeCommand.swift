import ArgumentParser
import WireFormats

struct ScopeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scope", abstract: "Registers and shows the scopes of data that markets know.",
        subcommands: [ScopeAddCommand.self, ScopeListCommand.self, ScopeShowCommand.self])

    static func line(_ definition: JSON) -> String {
        let version = definition["version"]?.integer.map(String.init) ?? ""
        let name = definition["display"]?.array?.first?["name"]?.string ?? ""
        return [
            definition["scope"]?.string ?? "", "version \(version)", "held by \(definition["held_by"]?.string ?? "")",
            name,
        ].joined(separator: "  ")
    }
}

struct ScopeAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Registers a scope, or its next version.")

    @Argument(help: "A file with the definition as JSON, or - for standard input.")
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).post(
            "/scopes", try JSONDocumentFile.read(file))
        json ? printJSON(answer) : print(ScopeCommand.line(answer))
    }
}

struct ScopeListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the scopes with their newest versions.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).get("/scopes")
        if json { return printJSON(answer) }
        for definition in answer.array ?? [] { print(ScopeCommand.line(definition)) }
    }
}

struct ScopeShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows all versions of a scope, the newest first.")

    @Argument(help: "The scope, as shop:loyalty.")
    var scope: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).get(
            "/scopes/" + FormParameters.percentEncode(scope))
        if json { return printJSON(answer) }
        for definition in answer.array ?? [] {
            print(ScopeCommand.line(definition))
            for claim in definition["claims"]?.array ?? [] {
                let mark = claim["required"] == true ? "  required" : ""
                print("  \(claim["name"]?.string ?? "")  \(claim["type"]?.string ?? "")\(mark)")
            }
        }
    }
}
