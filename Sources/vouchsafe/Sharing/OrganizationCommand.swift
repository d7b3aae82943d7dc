import ArgumentParser
import Foundation
import WireFormats

struct OrganizationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organization",
        abstract: "Adds, approves and suspends the organizations that take part in data sharing.",
        subcommands: [
            OrganizationAddCommand.self, OrganizationListCommand.self, OrganizationShowCommand.self,
            OrganizationApproveCommand.self, OrganizationSuspendCommand.self, OrganizationPartnersCommand.self,
            OrganizationRemoveCommand.self, OrganizationLinkSubjectCommand.self,
        ])

    static func path(_ id: String, _ part: String = "") -> String {
        "/organizations/" + FormParameters.percentEncode(id) + part
    }

    /// One line for people.
    static func line(_ organization: JSON) -> String {
        let roles = (organization["roles"]?.array ?? []).compactMap(\.string).joined(separator: ",")
        let name = organization["display"]?.array?.first?["name"]?.string ?? ""
        return [organization["id"]?.string ?? "", organization["state"]?.string ?? "", roles, name]
            .joined(separator: "  ")
    }
}

struct OrganizationAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds an organization, which then waits for approval.")

    @Argument(help: "A file with the organization as JSON, or - for standard input.")
    var file: String

    @Flag(help: "Approve it at once.")
    var approve = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        var answer = try await client.post("/organizations", try JSONDocumentFile.read(file))
        if approve, let id = answer["id"]?.string {
            answer = try await client.post(OrganizationCommand.path(id, "/approve"), [:])
        }
        json ? printJSON(answer) : print(OrganizationCommand.line(answer))
    }
}

struct OrganizationListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the organizations.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).get("/organizations")
        if json { return printJSON(answer) }
        for organization in answer.array ?? [] { print(OrganizationCommand.line(organization)) }
    }
}

struct OrganizationShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows one organization.")

    @Argument(help: "The organization's id.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).get(OrganizationCommand.path(id))
        if json { return printJSON(answer) }
        print(OrganizationCommand.line(answer))
        for member in ["market_uri", "notification_uri"] {
            if let address = answer[member]?.string { print("\(member)  \(address)") }
        }
        for address in (answer["redirect_uris"]?.array ?? []).compactMap(\.string) { print("redirect_uri  \(address)") }
        for key in answer["jwks"]?["keys"]?.array ?? [] {
            print("key  \(key["kid"]?.string ?? "")  \(key["use"]?.string ?? "")")
        }
        let partners = answer["partners"]?.array?.compactMap(\.string).joined(separator: " ")
        print("partners  \(partners ?? answer["partners"]?.string ?? "")")
    }
}

struct OrganizationApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approves an organization: its OAuth client is made, its keys are logged.")

    @Argument(help: "The organization's id.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).post(
            OrganizationCommand.path(id, "/approve"), [:])
        json ? printJSON(answer) : print(OrganizationCommand.line(answer))
    }
}

struct OrganizationSuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspends an organization: its OAuth client and what was granted to it end.")

    @Argument(help: "The organization's id.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).post(
            OrganizationCommand.path(id, "/suspend"), [:])
        json ? printJSON(answer) : print(OrganizationCommand.line(answer))
    }
}

struct OrganizationPartnersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partners", abstract: "Sets with which organizations one exchanges data.")

    @Argument(help: "The organization's id.")
    var id: String

    @Argument(help: "Ids of organizations, or any.")
    var partners: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let body: JSON = partners == ["any"] ? "any" : .array(partners.map(JSON.string))
        let client = try ManagementClient(Settings.fromEnvironment())
        try await client.put(OrganizationCommand.path(id, "/partners"), body)
        if json { printJSON(try await client.get(OrganizationCommand.path(id))) }
    }
}

struct OrganizationRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes an organization with its scopes and everything it has stored.")

    @Argument(help: "The organization's id.")
    var id: String

    func run() async throws {
        try await ManagementClient(Settings.fromEnvironment()).delete(OrganizationCommand.path(id))
    }
}

struct OrganizationLinkSubjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link-subject",
        abstract: "Tells what an organization calls people, and lets it push about them.")

    @Argument(help: "The organization's id.")
    var id: String

    @Argument(help: "Registry ids of people.")
    var people: [String]

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let answer = try await client.post(
            OrganizationCommand.path(id, "/subjects"), ["people": .array(people.map(JSON.string))])
        if json { return printJSON(answer) }
        for entry in answer["subjects"]?.array ?? [] {
            print("\(entry["person"]?.string ?? "")  \(entry["subject"]?.string ?? "")")
        }
        let unknown = (answer["unknown"]?.array ?? []).compactMap(\.string)
        guard unknown.isEmpty else {
            throw CommandFailure("the registry has nobody by \(unknown.joined(separator: ", "))")
        }
    }
}

/// A JSON document that a command is given.
enum JSONDocumentFile {
    /// - Parameter path: `-` for standard input.
    static func read(_ path: String) throws -> JSON {
        let data =
            path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
        guard let data else { throw CommandFailure("\(path): cannot be read") }
        do {
            return try JSON(parsing: Array(data))
        } catch {
            throw CommandFailure("\(path): no acceptable JSON: \(error)")
        }
    }
}
