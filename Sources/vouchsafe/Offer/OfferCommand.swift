import ArgumentParser
import Foundation
import WireFormats

struct OfferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offer", abstract: "Makes, lists, shows and cancels credential offers.",
        subcommands: [OfferCreateCommand.self, OfferListCommand.self, OfferShowCommand.self, OfferCancelCommand.self])
}

struct OfferCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Makes an offer for one person.")

    @Option(help: "The credential configuration; repeat it for more than one.")
    var credential: [String]

    @Option(help: "The person's id in the registry.")
    var subject: String?

    @Option(help: "A JSON file with the claims, or - for standard input.")
    var claims: String?

    @Flag(help: "Ask the wallet's user for a transaction code.")
    var txCode = false

    @Option(help: "How the wallet gets its token.")
    var grant = Grant.preAuthorizedCode

    @Flag(help: "Make nothing; show the claims that the person would get.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    enum Grant: String, ExpressibleByArgument, CaseIterable {
        case preAuthorizedCode = "pre-authorized_code"
        case authorizationCode = "authorization_code"
    }

    func validate() throws {
        guard !credential.isEmpty else { throw ValidationError("Name a credential with --credential.") }
        let hasBoth = subject != nil && claims != nil
        let hasNone = subject == nil && claims == nil
        // Whoever logs in is the subject, unless the offer is for somebody.
        guard !hasBoth, !hasNone || grant == .authorizationCode else {
            throw ValidationError("Give exactly one of --subject and --claims.")
        }
    }

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let answer = try await client.post("/offers", try message())
        if json { return printJSON(answer) }
        if dryRun { return printClaims(answer) }
        printOffer(answer)
    }

    private func message() throws -> JSON {
        var message: JSONObject = ["credential_configuration_ids": .array(credential.map(JSON.string))]
        if let subject { message["subject"] = .string(subject) }
        if let claims { message["claims"] = try readClaims(claims) }
        message["grant"] = .string(grant.rawValue)
        if txCode { message["tx_code"] = true }
        if dryRun { message["dry_run"] = true }
        return .object(message)
    }

    private func readClaims(_ path: String) throws -> JSON {
        let data =
            path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
        guard let data else { throw CommandFailure("\(path): cannot be read") }
        do throws(JSONMalformation) {
            let json = try JSON(parsing: Array(data))
            guard json.object != nil else { throw JSONMalformation.unexpectedByte(offset: 0) }
            return json
        } catch {
            throw CommandFailure("\(path): must be a JSON object of claims (\(error))")
        }
    }

    private func printClaims(_ answer: JSON) {
        for credential in answer["credentials"]?.array ?? [] {
            print(credential["credential_configuration_id"]?.string ?? "")
            for (name, value) in credential["claims"]?.object?.members ?? [] {
                print("  \(name): \(shortened(value))")
            }
        }
    }

    private func printOffer(_ answer: JSON) {
        print("offer             \(answer["id"]?.string ?? "")")
        print("link for a wallet \(answer["credential_offer_link"]?.string ?? "")")
        print("address           \(answer["credential_offer_uri"]?.string ?? "")")
        if let code = answer["tx_code"]?.string {
            print("transaction code  \(code)   (tell it to the person another way)")
        }
        print("expires           \(answer["expires_at"]?.string ?? "")")
    }
}

/// A claim's value on one line; pictures are long.
func shortened(_ value: JSON) -> String {
    let text = value.string ?? value.description
    return text.count > 100 ? text.prefix(60) + "… (\(text.utf8.count) bytes)" : text
}
