import Crypto
import DataSharing
import Foundation
import JOSE
import OAuth
import WireFormats

/// A hub, a market that keeps something of a few people, and a service provider that may ask for it.
final class SharingInstallation {
    static let market = "shop"
    static let scope = "shop:loyalty"

    let hub: ServerProcess
    let market: MarketProcess
    let provider: SharingProvider
    /// With vaults, sessions, and a digest of theirs in the ledger.
    private(set) var people: [SharingPerson] = []

    init(executable: String, port: Int) throws {
        let issuer = "http://localhost:\(port)"
        hub = try ServerProcess(
            executable: executable, port: port,
            settings: "outgoing: {allow: [\"localhost:\(port + 2)\"]}\n")
        do {
            market = try MarketProcess(executable: executable, port: port + 2, id: Self.market, hub: issuer)
            provider = try SharingProvider(issuer: issuer, marketKeys: market.organization()["jwks"] ?? .null)
        } catch {
            hub.stop()
            throw error
        }
        do {
            try register()
            try market.trust(SharingProvider.id, keys: provider.jwks)
            try invite(SamplePeople(of: executable).all)
            try market.start()
        } catch {
            stop()
            throw error
        }
    }

    func stop() {
        market.stop()
        hub.stop()
    }

    private func manage(_ path: String, _ document: JSON) throws -> JSON {
        let answer = try BlockingConnection(port: hub.managementPort)
            .send("POST", path, headers: hub.managementHeaders, body: document.encoded())
        guard (200..<300).contains(answer.status) else {
            throw try BenchFailure("\(path): \(answer.check("", status: 200))")
        }
        return answer.body.isEmpty ? .null : try JSON(parsing: answer.body)
    }

    private func register() throws {
        for organization in [try market.organization(), provider.organization] {
            _ = try manage("/organizations", organization)
            _ = try manage("/organizations/\(organization["id"]?.string ?? "")/approve", [:])
        }
        _ = try manage(
            "/scopes",
            [
                "scope": .string(Self.scope), "held_by": "market",
                "display": [["locale": "en", "name": "Loyalty", "description": "Your standing with the shop"]],
                "claims": [
                    [
                        "name": "tier", "type": "TEXT", "required": true, "values": ["bronze", "silver", "gold"],
                        "display": [["locale": "en", "name": "Tier"]],
                    ], ["name": "points", "type": "INTEGER", "minimum": 0, "maximum": 1_000_000],
                    ["name": "share", "type": "FLOAT"], ["name": "member", "type": "BOOLEAN"],
                    [
                        "name": "address", "type": "OBJECT",
                        "claims": [["name": "city", "type": "TEXT", "maximum_length": 80]],
                    ],
                ],
            ])
    }

    private func invite(_ sample: [SamplePeople.Answers]) throws {
        var rows: [JSON] = []
        let (port, issuer) = (hub.port, provider.issuer)
        for answers in sample {
            let person = try waiting {
                try await SharingPerson(answers.id).loggedIn(at: port, facts: answers.facts)
            }
            try person.makeVault(at: port, issuer: issuer)
            people.append(person)
            let named = try manage("/organizations/\(Self.market)/subjects", ["person": .string(person.id)])
            rows.append([
                "subject": named["subject"] ?? .null,
                "claims": [
                    "tier": "gold", "points": 1200, "share": .decimal(literal: "0.25"), "member": true,
                    "address": ["city": "Łódź"],
                ],
            ])
        }
        try market.say(.array(rows), of: Self.scope)
    }
}
