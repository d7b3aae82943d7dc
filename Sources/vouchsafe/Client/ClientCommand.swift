import ArgumentParser
import Foundation
import WireFormats

struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Adds, lists and removes OAuth and OpenID Connect clients.",
        subcommands: [
            ClientAddCommand.self, ClientListCommand.self, ClientRemoveCommand.self, ClientInviteCommand.self,
        ])
}

struct ClientAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a client; a secret is shown this once.")

    @Option(help: "What people are shown.")
    var name: String

    @Option(help: "Where answers go; repeat it for more than one.")
    var redirectURI: [String] = []

    @Flag(name: .customLong("public"), help: "A client that keeps no secret, such as an app: its tokens need DPoP.")
    var isPublic = false

    @Option(help: "A file with the client's public JWK set: it then authenticates by private_key_jwt.")
    var keys: String?

    @Option(help: "Where the client's public JWK set is published: it then authenticates by private_key_jwt.")
    var keysURI: String?

    @Option(help: "A grant type; repeat it for more than one (default: authorization_code and refresh_token).")
    var grant: [String] = []

    @Option(help: "The scopes that the client may ask for, with spaces between (default: all).")
    var scope: String?

    @Option(help: "Where people may be sent after they log out; repeat it for more than one.")
    var postLogoutRedirectURI: [String] = []

    @Option(help: "Where the client is told that a session has ended.")
    var backchannelLogoutURI: String?

    @Option(help: "JSON with further client metadata (RFC 7591), or - for standard input.")
    var metadata: String?

    @Option(help: "The service whose tokens the client may introspect: an identifier among the resources.")
    var resource: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard [isPublic, keys != nil, keysURI != nil].filter({ $0 }).count <= 1 else {
            throw ValidationError("Give at most one of --public, --keys and --keys-uri.")
        }
    }

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let answer = try await client.post("/clients", .object(try message()))
        if json { return printJSON(answer) }
        print("client  \(answer["client_id"]?.string ?? "")")
        if let secret = answer["client_secret"]?.string { print("secret  \(secret)   (it is not shown again)") }
    }

    private func message() throws -> JSONObject {
        var message = try metadata.map(read)?.object ?? [:]
        message["client_name"] = .string(name)
        if !redirectURI.isEmpty { message["redirect_uris"] = .array(redirectURI.map(JSON.string)) }
        let isNative = isPublic && message["application_type"] == nil
        if isPublic {
            message["token_endpoint_auth_method"] = "none"
            message["dpop_bound_access_tokens"] = true
        }
        if isNative { message["application_type"] = "native" }
        if let keys {
            message["token_endpoint_auth_method"] = "private_key_jwt"
            message["jwks"] = try read(keys)
        }
        if let keysURI {
            message["token_endpoint_auth_method"] = "private_key_jwt"
            message["jwks_uri"] = .string(keysURI)
        }
        let login = redirectURI.isEmpty ? [] : ["authorization_code", "refresh_token"]
        let grants = grant.isEmpty ? login : grant
        if !grants.isEmpty { message["grant_types"] = .array(grants.map(JSON.string)) }
        message["scope"] = scope.map(JSON.string) ?? message["scope"]
        if !postLogoutRedirectURI.isEmpty {
            message["post_logout_redirect_uris"] = .array(postLogoutRedirectURI.map(JSON.string))
        }
        message["backchannel_logout_uri"] = backchannelLogoutURI.map(JSON.string) ?? message["backchannel_logout_uri"]
        message["resource"] = resource.map(JSON.string)
        return message
    }

    private func read(_ path: String) throws -> JSON {
        let data =
            path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
        guard let data else { throw CommandFailure("\(path): cannot be read") }
        guard let json = try? JSON(parsing: Array(data)), json.object != nil else {
            throw CommandFailure("\(path): must be a JSON object")
        }
        return json
    }
}

struct ClientListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the clients.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let answer = try await ManagementClient(Settings.fromEnvironment()).get("/clients")
        if json { return printJSON(answer) }
        for client in answer.array ?? [] {
            let method = client["token_endpoint_auth_method"]?.string ?? ""
            print("\(client["id"]?.string ?? "")  \(client["name"]?.string ?? "")  \(method)")
        }
    }
}

struct ClientRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a client; its tokens stop working at once.")

    @Argument(help: "The client's id.")
    var id: String

    func run() async throws {
        try await ManagementClient(Settings.fromEnvironment()).delete("/clients/" + FormParameters.percentEncode(id))
    }
}

struct ClientInviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Makes an initial access token, with which clients register themselves.")

    @Option(help: "How many clients may register with it.")
    var uses = 1

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let client = try ManagementClient(Settings.fromEnvironment())
        let answer = try await client.post("/client-invitations", ["uses": .integer(Int64(uses))])
        if json { return printJSON(answer) }
        print(answer["initial_access_token"]?.string ?? "")
    }
}
