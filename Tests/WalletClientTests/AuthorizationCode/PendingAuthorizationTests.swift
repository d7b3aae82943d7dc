import Foundation
import JOSE
import OAuth
import TestSupport
import Testing
import WireFormats

@testable import WalletClient

@Suite("A pending login")
struct PendingAuthorizationTests {
    private func pending(
        _ change: @escaping @Sendable (inout FakeIssuer.Behaviour) -> Void = { _ in }, issuer: FakeIssuer? = nil
    ) async throws -> PendingAuthorization {
        let issuer = issuer ?? FakeIssuer.withLogin(change)
        let wallet = loginIssuance(issuer)
        let wanted = try await wallet.open(issuer: FakeIssuer.url, configurationIDs: ["sd", "w3c"])
        return try await wallet.begin(wanted, redirectURI: redirectURI)
    }

    @Test("It comes back from its JSON, and can be finished by another process")
    func roundTrip() async throws {
        let issuer = FakeIssuer.withLogin()
        let pending = try await pending(issuer: issuer)
        let again = try #require(PendingAuthorization(json: try JSON(parsing: pending.json.encoded())))
        #expect(again.json == pending.json)
        #expect(again.url == pending.url)
        #expect(again.expiresAt == pending.expiresAt)
        #expect(again.server == pending.server)
        #expect(again.wish == pending.wish)
        #expect(again.key?.publicKey == pending.key?.publicKey)
        let authorized = try await loginIssuance(issuer).finish(
            again, redirectedTo: issuer.authorizationServer.answer())
        #expect(authorized.configurationIDs == ["sd", "w3c"])
    }

    @Test("Nothing secret is in its description, nor in that of what becomes of it")
    func description() async throws {
        let issuer = FakeIssuer.withLogin()
        let pending = try await pending(issuer: issuer)
        let wallet = loginIssuance(issuer)
        let authorized = try await wallet.finish(pending, redirectedTo: issuer.authorizationServer.answer())
        let renewal = try #require(try await wallet.fetch(authorized, "sd").renewal)
        let printed = "\(pending) \(authorized) \(renewal)"
        for secret in [pending.state, pending.verifier.text, pending.nonce, "at-1", "rt-1"] {
            #expect(!printed.contains(secret))
        }
    }

    @Test("Without a key, and with scopes, it comes back too")
    func variants() async throws {
        let pending = try await pending {
            $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                "dpop_signing_alg_values_supported", nil)
        }
        #expect(pending.json["key"] == nil)
        #expect(PendingAuthorization(json: pending.json)?.key == nil)
        var json = pending.json.object ?? [:]
        json["scopes"] = ["a", "b"]
        #expect(PendingAuthorization(json: .object(json))?.wish.scopes == ["a", "b"])
        json["scopes"] = ["a"]
        #expect(PendingAuthorization(json: .object(json)) == nil)
    }

    @Test("What lacks a member, or has another in its place, is none")
    func damaged() async throws {
        let whole = try #require(try await pending().json.object)
        for name in whole.names where name != "key" {
            #expect(PendingAuthorization(json: whole.with(name, nil)) == nil, "\(name)")
            #expect(PendingAuthorization(json: whole.with(name, .array([]))) == nil, "\(name)")
        }
        #expect(PendingAuthorization(json: whole.with("key", [:])) == nil)
        #expect(PendingAuthorization(json: whole.with("version", 2)) == nil)
        #expect(PendingAuthorization(json: []) == nil)
    }

    @Test("Mutated, it is none or another, and never a crash", arguments: [1, 2] as [UInt64])
    func mutated(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let original = try await pending().json.encoded()
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0x20...0x7E, using: &generator)
            }
            guard let json = try? JSON(parsing: bytes), let read = PendingAuthorization(json: json) else { continue }
            #expect(PendingAuthorization(json: read.json)?.json == read.json)
        }
    }
}
