import ArgumentParser
import DataSharing
import Foundation
import JOSE
import WireFormats

/// What the init commands of markets and service providers have alike.
struct OrganizationInit: ParsableArguments {
    @Argument(help: "The folder to make.")
    var directory: String

    @Option(help: "The organization's identifier at the hub.")
    var id: String

    @Option(help: ArgumentHelp("The hub's address, which is its issuer identifier.", valueName: "url"))
    var hub: String

    @Option(help: "The organization's name as people read it (default: its identifier).")
    var name: String?

    @Option(help: "Signature algorithm of its key: ES256 or EdDSA.")
    var algorithm = "ES256"

    @Flag(help: "Take over the key of the hub's ledger and of its witnesses as the hub says them now.")
    var trustLedger = false

    /// Makes folder, keys, settings, and the document to register with.
    func make(
        role: String, settings: JSONObject, organization more: JSONObject, withEncryption: Bool
    ) async throws {
        guard OrganizationID(id) != nil else { throw CommandFailure("--id: \(OrganizationID.form) are expected") }
        guard let algorithm = SignatureAlgorithm(rawValue: algorithm), [.es256, .edDSA].contains(algorithm) else {
            throw CommandFailure("--algorithm: ES256 or EdDSA is expected")
        }
        let folder = URL(filePath: directory, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let keys = try OrganizationKeyFile.make(
            at: folder.appending(path: "keys.json"), algorithm: algorithm, withEncryption: withEncryption)
        var object: JSONObject = ["id": .string(id), "hub": .string(hub), "keys": "keys.json"]
        for member in settings.members { object[member.name] = member.value }
        let file = folder.appending(path: "\(role).json")
        try OrganizationConfiguration.write(object, to: file)
        var organization: JSONObject = [
            "id": .string(id), "roles": [.string(role)],
            "display": [["locale": "en", "name": .string(name ?? id)]], "jwks": keys.jwks,
        ]
        for member in more.members { organization[member.name] = member.value }
        organization["partners"] = "any"
        let document = folder.appending(path: "organization.json")
        try OrganizationConfiguration.write(organization, to: document)
        if trustLedger {
            let configuration = try OrganizationConfiguration(file.path)
            object["ledger"] = try await OrganizationConfiguration.ledgerSettings(of: hub, over: configuration.client)
            try OrganizationConfiguration.write(object, to: file)
        }
        print("Made \(file.path) and keys. Register at the hub with \(document.path).")
    }
}
