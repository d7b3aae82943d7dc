import ArgumentParser
import Foundation
import IdentityRegistry
import RegistryRecords
import WireFormats

struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "Imports and shows the people that credentials are about.",
        subcommands: [
            RegistryImportCommand.self, RegistryListCommand.self, RegistryShowCommand.self,
            RegistrySetLoginCommand.self, RegistryRemoveVaultCommand.self,
        ])
}

struct RegistryImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Adds people, and replaces those already known by id.",
        discussion: """
            The file is CSV with a header, or JSON (.json). Every bad row is reported with its line and reason; the \
            good ones are imported, or with --strict nothing is. Image files are looked for beside the file, and in a \
            folder named portraits or images there.
            """)

    @Argument(help: "The CSV or JSON file.", completion: .file(extensions: ["csv", "json"]))
    var file: String

    @Flag(help: "Import nothing unless every row is good.")
    var strict = false

    @Flag(help: "Print JSON.")
    var json = false

    /// People sent in one request.
    private static let portion = 500

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let answer = try await client.get("/registry/schema")
        let (schema, columns) = (try RegistrySchema(answer), SecretColumns(answer))
        let outcome = try read(schema, columns)
        var (added, updated) = (Int64(0), Int64(0))
        let accepted = strict && !outcome.rejections.isEmpty ? [] : outcome.records
        for start in stride(from: 0, to: accepted.count, by: Self.portion) {
            let people = accepted[start..<min(start + Self.portion, accepted.count)].map { record -> JSON in
                let members = outcome.secrets.first { $0.person == record.id }?.members(columns) ?? []
                return record.json(schema).adding(members)
            }
            let answer = try await client.post("/registry/people?strict=true", .array(people))
            added += answer["added"]?.integer ?? 0
            updated += answer["updated"]?.integer ?? 0
        }
        report(outcome, added: added, updated: updated)
        if !outcome.rejections.isEmpty { throw ExitCode.failure }
    }

    private func read(_ schema: RegistrySchema, _ columns: SecretColumns) throws -> ImportOutcome {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file): cannot be read")
        }
        let folder = URL(filePath: file).deletingLastPathComponent()
        let reader = RegistryImport(schema: schema, secretColumns: columns) { name in
            for place in ["", "portraits/", "images/"] {
                if let data = FileManager.default.contents(atPath: folder.appending(path: place + name).path) {
                    return Array(data)
                }
            }
            throw CommandFailure("no such file")
        }
        do throws(ImportRefusal) {
            return try reader.read(Array(data), as: file.lowercased().hasSuffix(".json") ? .json : .csv)
        } catch {
            throw CommandFailure("\(file): \(error)")
        }
    }

    private func report(_ outcome: ImportOutcome, added: Int64, updated: Int64) {
        if json {
            return printJSON([
                "added": .integer(added), "updated": .integer(updated),
                "rejected": .array(
                    outcome.rejections.map { rejection in
                        [
                            "line": .integer(Int64(rejection.line)), "id": rejection.id.map(JSON.string) ?? .null,
                            "reasons": .array(rejection.reasons.map { .string($0.description) }),
                        ]
                    }),
            ])
        }
        for name in outcome.unknownColumns { printError("column \(name) is not in the schema and was ignored") }
        for rejection in outcome.rejections { printError("\(file): \(rejection.description)") }
        print("added \(added), updated \(updated), rejected \(outcome.rejections.count)")
    }
}

/// Writes a line to standard error.
func printError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}

extension RegistrySchema {
    /// The schema as the management API tells it.
    fileprivate init(_ json: JSON) throws {
        let fields = (json["fields"]?.array ?? []).compactMap { field -> Field? in
            guard let name = field["name"]?.string, let type = field["type"]?.string.flatMap(FieldType.init) else {
                return nil
            }
            return Field(name: name, type: type, isRequired: field["required"]?.bool ?? false)
        }
        guard let idField = json["id_field"]?.string, let separator = json["list_separator"]?.string?.first else {
            throw CommandFailure("the server tells no registry schema; are both of the same version?")
        }
        self.init(idField: idField, fields: fields, listSeparator: separator)
    }
}

struct RegistryListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists people by id.")

    @Option(help: "How many at the most.")
    var limit = 100

    @Option(help: "Only people after this id.")
    var after: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let query = "?limit=\(limit)" + (after.map { "&after=" + FormParameters.percentEncode($0) } ?? "")
        let people = try await client.get("/registry/people" + query)
        if json { return printJSON(people) }
        for person in people.array ?? [] {
            let facts = person["record"]?.object?.members.prefix(4).map { shortened($0.value) } ?? []
            print(facts.joined(separator: "  "))
        }
    }
}

struct RegistryShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one person; with --json as it can be imported again.")

    @Argument(help: "The person's id.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let person = try await client.get("/registry/people/" + FormParameters.percentEncode(id))
        if json { return printJSON(person) }
        for (name, value) in person.object?.members ?? [] {
            print(name.padding(toLength: 20, withPad: " ", startingAt: 0), shortened(value))
        }
    }
}

extension SecretColumns {
    /// As the management API says it.
    init(_ answer: JSON) {
        let columns = answer["secret_columns"]
        self.init(password: columns?["password"]?.string, pin: columns?["pin"]?.string)
    }
}

extension JSON {
    fileprivate func adding(_ members: [JSONObject.Member]) -> JSON {
        guard var object else { return self }
        for member in members { object[member.name] = member.value }
        return .object(object)
    }
}
