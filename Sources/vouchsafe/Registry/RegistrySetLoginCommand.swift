import ArgumentParser
import Foundation
import WireFormats

struct RegistrySetLoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-login",
        abstract: "Sets a person's password or PIN, or shows how they can log in.",
        discussion: "The secret is read from standard input, one line, so that it is in no command history.")

    @Argument(help: "The person's id in the registry.")
    var id: String

    @Flag(help: "Set the password.")
    var password = false

    @Flag(help: "Set the PIN.")
    var pin = false

    func validate() throws {
        guard !(password && pin) else { throw ValidationError("Give at most one of --password and --pin.") }
    }

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let path = "/registry/logins/" + FormParameters.percentEncode(id)
        guard password || pin else {
            let methods = try await client.get(path)["methods"]?.array?.compactMap(\.string) ?? []
            return print(methods.isEmpty ? "none" : methods.joined(separator: "\n"))
        }
        guard let secret = readLine(), !secret.isEmpty else { throw CommandFailure("no secret on standard input") }
        try await client.put(path, [password ? "password" : "pin": .string(secret)])
    }
}
