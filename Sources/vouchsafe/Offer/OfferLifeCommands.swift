import ArgumentParser
import Foundation
import WireFormats

struct OfferListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists offers, the newest first.")

    @Option(help: "How many at the most.")
    var limit = 100

    @Option(help: "Only offers older than this one.")
    var before: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let offers = try await client.get("/offers?limit=\(limit)" + (before.map { "&before=\($0)" } ?? ""))
        if json { return printJSON(offers) }
        for offer in offers.array ?? [] { print(Self.line(offer)) }
    }

    /// An offer on one line.
    static func line(_ offer: JSON) -> String {
        let credentials = offer["credential_configuration_ids"]?.array?.compactMap(\.string) ?? []
        // With a login there are never claims of the offer's own.
        let nobody = offer["grant"]?.string == "authorization_code" ? "(whoever logs in)" : "(claims)"
        return [
            offer["id"]?.string ?? "", offer["state"]?.string ?? "", offer["created_at"]?.string ?? "",
            credentials.joined(separator: ","), offer["subject"]?.string ?? nobody,
        ].joined(separator: "  ")
    }
}

struct OfferShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows an offer and what happened to it.")

    @Argument(help: "The offer's id.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let offer = try await client.get("/offers/" + FormParameters.percentEncode(id))
        if json { return printJSON(offer) }
        for (name, value) in offer.object?.members ?? [] where name != "timeline" {
            print(name.padding(toLength: 30, withPad: " ", startingAt: 0), value.string ?? value.description)
        }
        for event in offer["timeline"]?.array ?? [] { print(TimelineCommand.line(event)) }
    }
}

struct TimelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline", abstract: "Shows what happened to an offer, or to a login that began with none.",
        discussion: """
            The identifier is what the address of the login page, the request_uri of a pushed request and the code of \
            the answer begin with: any of these may be given whole. No more than the identifier is sent to the server.
            """)

    @Argument(help: "The identifier, or what begins with it.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let answer = try await client.get("/timelines/" + FormParameters.percentEncode(Self.identifier(in: id)))
        if json { return printJSON(answer) }
        for event in answer["timeline"]?.array ?? [] { print(Self.line(event)) }
    }

    /// The identifier in an address, a URN or a ticket.
    static func identifier(in text: String) -> String {
        let path = text.prefix { $0 != "?" && $0 != "#" }
        return String(
            path[(path.lastIndex { "/:".contains($0) }.map(path.index(after:)) ?? path.startIndex)...].prefix(24))
    }

    static func line(_ event: JSON) -> String {
        let refusal = event["error"]?.string.map { "refused (\($0)): \(event["reason"]?.string ?? "")" }
        let step = (event["step"]?.string ?? "").padding(toLength: 16, withPad: " ", startingAt: 0)
        let details =
            event.object?.members.filter {
                !["at", "step", "outcome", "error", "reason"].contains($0.name)
            }.map { "\($0.name)=\($0.value.string ?? $0.value.description)" } ?? []
        return ([event["at"]?.string ?? "", step, refusal ?? "done"] + details).joined(separator: "  ")
    }
}

struct OfferCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends an offer and the access tokens that came from it.")

    @Argument(help: "The offer's id.")
    var id: String

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        try await client.delete("/offers/" + FormParameters.percentEncode(id))
        print("cancelled \(id)")
    }
}
