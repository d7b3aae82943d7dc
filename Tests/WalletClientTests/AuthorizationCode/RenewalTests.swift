import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("Renewing a credential")
struct RenewalTests {
    private func received(_ issuer: FakeIssuer) async throws -> [ReceivedCredential] {
        let wallet = loginIssuance(issuer)
        let wanted = try await wallet.open(issuer: FakeIssuer.url, configurationIDs: ["sd", "w3c"])
        let pending = try await wallet.begin(wanted, redirectURI: redirectURI)
        let authorized = try await wallet.finish(pending, redirectedTo: issuer.authorizationServer.answer())
        return try await wallet.fetchAll(authorized).received
    }

    private func stored(_ issuer: FakeIssuer) async throws -> StoredCredential {
        StoredCredential(id: "0123456789abcdef", try await received(issuer)[0], storedAt: FakeIssuer.now)
    }

    private func withStore(_ body: (WalletStore) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/wallet-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(WalletStore(at: path, protection: .keyFile))
    }

    @Test(
        "Without a login there is a new credential, for a new key or for the same", arguments: [RenewalKey.new, .same])
    func renewed(key: RenewalKey) async throws {
        let issuer = FakeIssuer.withLogin()
        let old = try await stored(issuer)
        let outcome = try await loginIssuance(issuer).renew(old, for: key)
        let received = try outcome.result.get()
        #expect(received.report.isValid)
        #expect((received.key?.publicKey == old.key?.publicKey) == (key == .same))
        #expect(received.content.holderKey == received.key?.publicKey)
        #expect(received.renewal == old.renewal)
        #expect(outcome.renewal == old.renewal)
        let last = try #require(issuer.requests(to: "/credential").last)
        #expect(try JSON(parsing: last.body)["credential_identifier"] == "sd-2026")
    }

    @Test("A credential that the response does not name is called what it was")
    func identifier() async throws {
        let issuer = FakeIssuer.withLogin()
        let old = try await stored(issuer)
        let silent = FakeIssuer.withLogin { $0.login.token["authorization_details"] = nil }
        silent.authorizationServer.bind(old.renewal?.key?.publicKey.thumbprint)
        let received = try await loginIssuance(silent).renew(old).result.get()
        #expect(received.renewal?.credentialIdentifier == "sd-2026")
        let last = try #require(silent.requests(to: "/credential").last)
        #expect(try JSON(parsing: last.body)["credential_identifier"] == "sd-2026")
    }

    @Test("Another refresh token is kept, also when the issuer then gives no credential")
    func rotated() async throws {
        let issuer = FakeIssuer.withLogin { $0.login.rotatesRefreshTokens = true }
        let old = try await stored(issuer)
        #expect(try await loginIssuance(issuer).renew(old).renewal.refreshToken == "rt-1'")
        let refusing = FakeIssuer.withLogin {
            $0.login.rotatesRefreshTokens = true
            $0.login.token["authorization_details"] = nil
            $0.answers["sd-2026"] = FakeIssuer.response(["error": "credential_request_denied"], status: 400)
        }
        refusing.authorizationServer.bind(old.renewal?.key?.publicKey.thumbprint)
        let outcome = try await loginIssuance(refusing).renew(old)
        #expect(outcome.renewal.refreshToken == "rt-1'")
        #expect(throws: WalletRefusal.self) { try outcome.result.get() }
        // The first is not taken again.
        await #expect(throws: WalletRefusal.renewalOver) { try await loginIssuance(refusing).renew(old) }
    }

    @Test("What cannot be renewed says so")
    func notRenewable() async throws {
        let issuer = FakeIssuer.withLogin { $0.login.givesRefreshToken = false }
        let old = try await stored(issuer)
        await #expect(throws: WalletRefusal.notRenewable) { try await loginIssuance(issuer).renew(old) }
    }

    @Test("The refresh token goes to the server that gave it, and to no other")
    func sameServer() async throws {
        let issuer = FakeIssuer.withLogin()
        let old = try await stored(issuer)
        let moved = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with(
                "authorization_servers", ["https://attacker.example"])
            $0.documents["https://attacker.example/.well-known/oauth-authorization-server"] =
                FakeIssuer.loginServerMetadata.with("issuer", "https://attacker.example")
        }
        moved.authorizationServer.bind(old.renewal?.key?.publicKey.thumbprint)
        _ = try await loginIssuance(moved).renew(old)
        #expect(!moved.requests.contains { $0.url.contains("attacker") })
        let impostor = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                "issuer", "https://attacker.example")
        }
        await #expect(throws: WalletRefusal.documentOfOtherIssuer(.authorizationServerMetadata)) {
            try await loginIssuance(impostor).renew(old)
        }
        #expect(impostor.requests.allSatisfy { $0.method == .get })
    }

    @Test("A token that is not bound any more is refused")
    func downgraded() async throws {
        let issuer = FakeIssuer.withLogin()
        let old = try await stored(issuer)
        let downgrading = FakeIssuer.withLogin { $0.login.token["token_type"] = "Bearer" }
        downgrading.authorizationServer.bind(old.renewal?.key?.publicKey.thumbprint)
        await #expect(throws: WalletRefusal.tokenNotBound) { try await loginIssuance(downgrading).renew(old) }
    }

    @Test("The renewed credential takes the place of the old one in the wallet")
    func replaced() async throws {
        let issuer = FakeIssuer.withLogin()
        try await withStore { store in
            let credentials = try await received(issuer)
            let old = try store.add(credentials[0], at: FakeIssuer.now)
            let other = try store.add(credentials[1], at: FakeIssuer.now)
            let again = try store.credential(old.id)
            #expect(again.renewal == credentials[0].renewal)
            let outcome = try await loginIssuance(issuer).renew(again)
            let new = try store.replace(old.id, with: try outcome.result.get(), at: FakeIssuer.now + 60)
            #expect(new.id == old.id)
            let read = try store.credential(old.id)
            #expect(read.credential == new.credential && read.credential != old.credential)
            #expect(read.key?.publicKey == new.key?.publicKey)
            #expect(read.storedAt == FakeIssuer.now + 60)
            #expect(try store.list().credentials.map(\.id) == [other.id, old.id])
            #expect(throws: WalletStoreRefusal.unknownCredential(id: "0000000000000000")) {
                try store.replace("0000000000000000", with: credentials[0], at: FakeIssuer.now)
            }
        }
    }

    @Test("A new refresh token is kept for every credential of the same login")
    func kept() async throws {
        let issuer = FakeIssuer.withLogin()
        try await withStore { store in
            let credentials = try await received(issuer)
            for credential in credentials { _ = try store.add(credential, at: FakeIssuer.now) }
            let old = try #require(credentials[0].renewal)
            let foreign = try await received(
                FakeIssuer.withLogin { $0.login.token["refresh_token"] = "rt-of-another" })
            let other = try store.add(foreign[0], at: FakeIssuer.now)
            try store.keep(old, insteadOf: old)
            try store.keep(old.with(refreshToken: "rt-2"), insteadOf: old)
            let tokens = try store.list().credentials.map { ($0.id, $0.renewal?.refreshToken) }
            #expect(tokens.filter { $0.1 == "rt-2" }.count == 2)
            #expect(tokens.first { $0.0 == other.id }?.1 == "rt-of-another")
            let identifiers = try store.list().credentials.compactMap(\.renewal?.credentialIdentifier)
            #expect(Set(identifiers) == ["sd-2026", "w3c-2026"])
        }
    }
}
