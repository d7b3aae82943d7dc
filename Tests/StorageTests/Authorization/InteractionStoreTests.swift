import AuthorizationServer
import Foundation
import OAuth
import PersonAuthentication
import SQLStatements
import Storage
import Testing
import WireFormats

/// Authorization requests on their way, and what they end in.
@Suite struct InteractionStoreTests {
    private typealias Fixture = AuthorizationFixture

    @Test("An interaction is read as it was written")
    func keeps() async throws {
        let fixture = try await Fixture()
        let request: JSON = ["request": ["scope": "openid", "nonce": "n"], "authenticated": true]
        var interaction = try await fixture.interaction(request: request)
        interaction.progress.person = Fixture.person
        interaction.progress.passed = [.knowledge]
        interaction.progress.browser = [1, 2]
        interaction.progress.sentCode = "c"
        #expect(try await fixture.interactions.update(interaction, session: nil, ending: nil))
        let found = try #require(try await fixture.interactions.interaction(interaction.id, sinceVersion: nil))
        #expect(found.request == request)
        #expect(found.progress == interaction.progress)
        #expect(found.version == 1 && !found.isFinished)
        #expect(try await fixture.interactions.interaction(TicketID(at: Fixture.now), sinceVersion: nil) == nil)
    }

    @Test("Of changes that meet one is kept, and with it its session only")
    func refusesConflict() async throws {
        let fixture = try await Fixture()
        let interaction = try await fixture.interaction()
        let results = try await fixture.race(16) { database in
            let session = Fixture.session()
            var next = interaction
            next.progress.session = session.id
            return (
                session.id, try await fixture.interactions(over: database).update(next, session: session, ending: nil)
            )
        }
        let kept = results.filter(\.1)
        #expect(kept.count == 1)
        let session = try #require(kept.first).0
        #expect(
            try await fixture.interactions.interaction(interaction.id, sinceVersion: nil)?.progress.session == session)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM sessions") == 1)
        #expect(try await fixture.sessions.session(session) != nil)
    }

    @Test("A new login ends the session that it replaces")
    func replacesSession() async throws {
        let fixture = try await Fixture()
        let (old, new) = (Fixture.session(), Fixture.session())
        let first = try await fixture.interaction()
        #expect(try await fixture.interactions.update(first, session: old, ending: nil))
        let second = try await fixture.interaction()
        #expect(try await fixture.interactions.update(second, session: new, ending: old.id))
        #expect(try await fixture.sessions.session(old.id) == nil)
        #expect(try await fixture.sessions.session(new.id) == new)
    }

    @Test(
        "Of 32 that finish one interaction, in two processes, one does, and one grant is there",
        arguments: [false, true])
    func finishesOnce(_ withRefusals: Bool) async throws {
        let fixture = try await Fixture()
        let interaction = try await fixture.interaction()
        let results = try await fixture.race(32) { database in
            let store = fixture.interactions(over: database)
            if withRefusals, Bool.random() { return try await store.finish(interaction.id, at: Fixture.now) }
            let consent = Fixture.consent()
            return try await store.finish(
                interaction.id, giving: Fixture.grant(interaction.id, under: consent), under: consent,
                codeExpiresAt: Fixture.now, at: Fixture.now)
        }
        #expect(results.count { $0 } == 1)
        let grants = try await fixture.test.count("SELECT COUNT(*) FROM grants")
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM consents") == grants)
        #expect(grants == 1 || withRefusals)
        #expect(try await fixture.interactions.interaction(interaction.id, sinceVersion: nil)?.isFinished == true)
        #expect(try await fixture.interactions.update(interaction, session: nil, ending: nil) == false)
    }

    @Test("A request that was shown with used proofs is not kept")
    func spendsProofs() async throws {
        let fixture = try await Fixture()
        let uses = [Fixture.use("a"), Fixture.use("b", .clientAssertion)]
        let kinds = try await fixture.race(16) { database in
            let interaction = Interaction(id: TicketID(at: Fixture.now), clientID: "library", request: [:])
            return try await fixture.interactions(over: database).insert(interaction, spending: uses)
        }
        #expect(kinds.count { $0 == nil } == 1)
        #expect(kinds.count { $0 == .dpopProof } == 15)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM interactions") == 1)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM single_uses") == 2)
    }

    @Test("Nothing is given under a consent that was withdrawn meanwhile")
    func heedsWithdrawal() async throws {
        let fixture = try await Fixture()
        let consent = Fixture.consent()
        _ = try await fixture.given(under: consent)
        #expect(try await fixture.consents.withdraw(consent.id, of: Fixture.person, at: Fixture.now))
        let interaction = try await fixture.interaction()
        let isGiven = try await fixture.interactions.finish(
            interaction.id, giving: Fixture.grant(interaction.id, under: consent), under: consent,
            codeExpiresAt: Fixture.now, at: Fixture.now)
        #expect(!isGiven)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM grants") == 1)
    }
}
