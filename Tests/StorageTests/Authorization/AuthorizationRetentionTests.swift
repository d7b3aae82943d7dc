import AuthorizationServer
import Foundation
import OAuth
import SQLStatements
import Testing
import WireFormats

@testable import Storage

/// What of the authorization server's tables is deleted, when, and what somebody finds who has the file alone.
@Suite struct AuthorizationRetentionTests {
    private typealias Fixture = AuthorizationFixture

    private func sweep(_ fixture: Fixture, after seconds: Double) async throws -> SQLRetention.Swept {
        try await SQLRetention(database: fixture.test.database, nonceLifetime: .seconds(120))
            .sweep(at: Fixture.now.addingTimeInterval(seconds))
    }

    @Test("Identifiers of proofs go when they could not be shown again, five minutes after")
    func sweepsSingleUses() async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.singleUses.spend([Fixture.use("a")], for: nil, at: Fixture.now))
        #expect(try await sweep(fixture, after: 360) == .init())
        #expect(try await sweep(fixture, after: 361) == .init(singleUses: 1))
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM single_uses") == 0)
    }

    @Test("Authorization requests go when nobody can go on with them")
    func sweepsInteractions() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.interaction()
        #expect(try await sweep(fixture, after: 4500) == .init())
        #expect(try await sweep(fixture, after: 4501) == .init(authorizations: 1))
    }

    @Test("A person who may take an hour for a login still finds it")
    func keepsLongLogins() async throws {
        let fixture = try await Fixture()
        let interaction = try await fixture.interaction()
        // The longest that can be configured: 600 seconds to open the request, 3600 to log in.
        _ = try await sweep(fixture, after: 4199)
        #expect(try await fixture.interactions.interaction(interaction.id, sinceVersion: nil) != nil)
    }

    @Test("Sessions go when they are over")
    func sweepsSessions() async throws {
        let fixture = try await Fixture()
        let interaction = try await fixture.interaction()
        let session = Fixture.session()
        #expect(try await fixture.interactions.update(interaction, session: session, ending: nil))
        _ = try await sweep(fixture, after: 43_200 + 299)
        #expect(try await fixture.sessions.session(session.id) != nil)
        #expect(try await sweep(fixture, after: 43_200 + 300) == .init(authorizations: 1))
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM sessions") == 0)
    }

    @Test("Access tokens go when they have ended; grants a day later, or when nothing comes of them any more")
    func sweepsGrants() async throws {
        let fixture = try await Fixture()
        let (short, long) = (try await fixture.given(), try await fixture.given())
        let end = Fixture.now.addingTimeInterval(200_000)
        let terms = RefreshTerms(until: end, keyThumbprint: nil)
        for (grant, terms) in [(short, nil), (long, terms)] {
            #expect(try await fixture.grants.issue(Fixture.issue(.code(grant.id, refresh: terms))).isSuccess)
        }
        _ = try await sweep(fixture, after: 599)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM access_tokens") == 2)
        #expect(try await sweep(fixture, after: 600) == .init(authorizations: 2))
        _ = try await sweep(fixture, after: 86_400 + 300)
        // A code that comes back is still known for a second use.
        #expect(try await fixture.grants.issue(Fixture.issue(.code(short.id, refresh: nil))).refusal == .codeSpent)
        #expect(try await sweep(fixture, after: 86_400 + 301) == .init(authorizations: 1))
        #expect(try await fixture.grants.grant(ofCode: short.id) == nil)
        #expect(try await fixture.grants.grant(ofRefreshToken: long.id, at: Fixture.now) != nil)
        #expect(try await sweep(fixture, after: 200_000 + 86_400 + 299) == .init())
        #expect(try await sweep(fixture, after: 200_000 + 86_400 + 300) == .init(authorizations: 1))
    }

    @Test("What people have agreed to stays on record")
    func keepsConsents() async throws {
        let fixture = try await Fixture()
        _ = try await fixture.given()
        _ = try await sweep(fixture, after: 10 * 86_400)
        #expect(try await fixture.consents.consents(of: Fixture.person).count == 1)
    }

    @Test("Neither who logged in nor what was asked or agreed to stands in the file")
    func sealsPersonalData() async throws {
        let fixture = try await Fixture()
        let request: JSON = [
            "request": ["login_hint": "hint-of-zubeida", "nonce": "nonce-of-client", "state": "state-of-client"]
        ]
        var interaction = try await fixture.interaction(request: request)
        interaction.progress.person = Fixture.person
        interaction.progress.username = "hint-of-zubeida"
        #expect(try await fixture.interactions.update(interaction, session: Fixture.session(), ending: nil))
        let consent = Fixture.consent()
        let finished = try await fixture.interaction(request: request)
        #expect(
            try await fixture.interactions.finish(
                finished.id, giving: Fixture.grant(finished.id, under: consent, nonce: "nonce-of-client"),
                under: consent, codeExpiresAt: TestDatabase.soon, at: Fixture.now))
        #expect(try await fixture.grants.issue(Fixture.issue(.code(finished.id, refresh: nil))).isSuccess)
        try await expectNothing(in: fixture, butHas: finished.id.bytes)
        await fixture.test.database.close()
        await fixture.test.otherProcess.close()
        try await expectNothing(in: fixture, butHas: finished.id.bytes)
    }

    private func expectNothing(in fixture: Fixture, butHas marker: [UInt8]) async throws {
        let bytes = try await fixture.test.storedBytes()
        #expect(bytes.range(of: Data(marker)) != nil)
        let secrets = [
            Fixture.person, "hint-of-zubeida", "nonce-of-client", "state-of-client", "given_name", "Lending books",
            "knowledge",
        ]
        for text in secrets { #expect(bytes.range(of: Data(text.utf8)) == nil, "\(text)") }
    }

    @Test("What is sealed for one row does not open in another")
    func bindsToRows() async throws {
        let fixture = try await Fixture()
        let (one, other) = (try await fixture.given(), try await fixture.given())
        try await fixture.test.database.change(
            "UPDATE grants SET sealed_detail = (SELECT sealed_detail FROM grants WHERE id = $1) WHERE id = $2",
            .bytes(one.id.bytes), .bytes(other.id.bytes))
        await #expect(throws: (any Error).self) { try await fixture.grants.grant(ofCode: other.id) }
        #expect(try await fixture.grants.grant(ofCode: one.id) == one)
    }
}
