import DataSharing
import Foundation
import HubClient
import OAuth
import OutgoingHTTP
import TransparencyLog
import Verifier
import WireFormats

/// The settings of a market's or a service provider's program: a JSON file beside its keys.
struct OrganizationConfiguration {
    let file: URL
    let object: JSONObject
    let id: OrganizationID
    /// The hub's issuer identifier.
    let hub: String

    init(_ path: String) throws {
        file = URL(filePath: path)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path): cannot be read; make one with init")
        }
        guard let object = (try? JSON(parsing: Array(data)))?.object else {
            throw CommandFailure("\(path): no JSON object")
        }
        guard let id = object["id"]?.string.flatMap({ OrganizationID($0) }) else {
            throw CommandFailure("\(path): id: \(OrganizationID.form) are expected")
        }
        guard let hub = object["hub"]?.string, (try? WebAddress(hub)) != nil else {
            throw CommandFailure("\(path): hub: the address of the server is expected (https, or http on loopback)")
        }
        (self.object, self.id, self.hub) = (object, id, hub)
    }

    func text(_ name: String) throws -> String {
        guard let text = object[name]?.string else { throw CommandFailure("\(file.path): \(name) is missing") }
        return text
    }

    /// A file named by the setting, from the folder of the configuration.
    func path(_ name: String, default standard: String) -> URL {
        URL(filePath: object[name]?.string ?? standard, relativeTo: file.deletingLastPathComponent())
    }

    func keys() throws -> OrganizationKeyFile { try OrganizationKeyFile.read(path("keys", default: "keys.json")) }

    /// The Internet and this machine, and the hub wherever the operator has it.
    var client: GuardedHTTPClient {
        let host = (try? WebAddress(hub))?.host
        return GuardedHTTPClient(destinations: AllowedDestinations(loopback: true) { _, wanted in wanted.host == host })
    }

    func identity(_ keys: OrganizationKeyFile) -> OrganizationIdentity {
        OrganizationIdentity(clientID: id.text, signer: keys.signing, keyID: keys.signingKeyID)
    }

    /// The log that is believed, nil where none is configured.
    func ledger() throws -> (verifier: LedgerVerifier, origin: String)? {
        guard let settings = object["ledger"]?.object else { return nil }
        do {
            let log = try NoteKey(parsing: settings["log_key"]?.string ?? "")
            let witnesses = try (settings["witnesses"]?.array ?? []).map { try NoteKey(parsing: $0.string ?? "") }
            let quorum = settings["quorum"]?.integer.flatMap { Int(exactly: $0) } ?? witnesses.count
            guard let verifier = LedgerVerifier(logKey: log, witnesses: try WitnessPolicy(witnesses, quorum: quorum))
            else { throw CommandFailure("log_key is a witness's") }
            return (verifier, log.name)
        } catch {
            throw CommandFailure("\(file.path): ledger: \(error)")
        }
    }

    /// Writes settings in the place of the old ones.
    static func write(_ object: JSONObject, to file: URL) throws {
        try Data(JSON.object(object).indented().utf8).write(to: file, options: .atomic)
    }

    /// What `--trust-ledger` takes over from the hub: its log's key and witnesses, as it says at this moment.
    static func ledgerSettings(of hub: String, over client: GuardedHTTPClient) async throws -> JSON {
        let address = (hub.hasSuffix("/") ? String(hub.dropLast()) : hub) + "/sharing/ledger/keys"
        let json = try await HubMetadata(exchange: client).document(at: address, for: .keys)
        guard let log = json["log_key"]?.string, (try? NoteKey(parsing: log)) != nil else {
            throw CommandFailure("the hub says no key of its ledger")
        }
        return [
            "log_key": .string(log), "witnesses": json["witnesses"] ?? [], "quorum": json["quorum"] ?? 0,
        ]
    }
}

extension JSON {
    /// For people who edit it.
    func indented(_ depth: Int = 0) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .object(let object) where !object.isEmpty:
            let lines = object.members.map { "\(inner)\(JSON.string($0.name)): \($0.value.indented(depth + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}" + (depth == 0 ? "\n" : "")
        case .array(let elements) where elements.contains(where: { $0.object != nil }):
            let lines = elements.map { inner + $0.indented(depth + 1) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]" + (depth == 0 ? "\n" : "")
        default: return description
        }
    }
}
