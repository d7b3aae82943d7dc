import AuthorizationServer
import Foundation
import OAuth
import SQLStatements
import Storage
import Testing

/// Codes, refresh tokens and access tokens in the database.
@Suite struct GrantStoreTests {
    private typealias Fixture = AuthorizationFixture

    private static func code(_ grant: Grant, refresh: Bool = false) -> TokenIssue.Source {
        .code(
            grant.id,
            refresh: refresh ? RefreshTerms(until: Fixture.now.addingTimeInterval(3600), keyThumbprint: [7]) : nil)
    }

    @Test("Of 64 who redeem one code at once, in two processes, one gets a token, and the others take it back")
    func redeemsOnce() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let results = try await fixture.race(64) { database in
            let issue = Fixture.issue(Self.code(grant, refresh: true))
            return (issue.token.id, try await fixture.grants(over: database).issue(issue))
        }
        let winners = results.filter { $0.1.isSuccess }
        #expect(winners.count == 1)
        #expect(results.count { $0.1.refusal == .codeSpent } == 63)
        let token = try #require(winners.first).0
        #expect(try await fixture.grants.token(token, at: Fixture.now) == nil)
        #expect(try await fixture.grants.grant(ofRefreshToken: grant.id, at: Fixture.now) == nil)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM access_tokens") == 1)
    }

    @Test("A refused code leaves no token, and its proofs stay spent")
    func recordsNothing() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let late = Fixture.now.addingTimeInterval(60)
        let use = Fixture.use("a", until: late.addingTimeInterval(60))
        let refused = try await fixture.grants.issue(Fixture.issue(Self.code(grant), at: late, uses: [use]))
        #expect(refused.refusal == .codeExpired)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM access_tokens") == 0)
        #expect(try await fixture.singleUses.spend([use], for: nil, at: Fixture.now) == false)
    }

    @Test("A proof that was used before is told by its kind, and costs the code nothing")
    func tellsReplay() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let (old, new) = (Fixture.use("old", .clientAssertion), Fixture.use("new"))
        #expect(try await fixture.singleUses.spend([old], for: nil, at: Fixture.now))
        let refused = try await fixture.grants.issue(Fixture.issue(Self.code(grant), uses: [new, old]))
        #expect(refused.refusal == .replayed(.clientAssertion))
        #expect(try await fixture.grants.issue(Fixture.issue(Self.code(grant), uses: [new])).isSuccess)
    }

    @Test("Of many who refresh with one proof, one gets a token")
    func refreshesOnce() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        #expect(try await fixture.grants.issue(Fixture.issue(Self.code(grant, refresh: true))).isSuccess)
        let use = Fixture.use("proof")
        let results = try await fixture.race(32) { database in
            try await fixture.grants(over: database).issue(Fixture.issue(.refresh(grant.id), uses: [use]))
        }
        #expect(results.count { $0.isSuccess } == 1)
        #expect(results.count { $0.refusal == .replayed(.dpopProof) } == 31)
        #expect(try await fixture.grants.token(TicketID(at: Fixture.now), at: Fixture.now) == nil)
    }

    @Test("A refresh token is good from the redemption on, with its terms, to the second")
    func boundsRefresh() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        #expect(try await fixture.grants.grant(ofRefreshToken: grant.id, at: Fixture.now) == nil)
        #expect(try await fixture.grants.issue(Fixture.issue(.refresh(grant.id))).refusal == .ended)
        #expect(try await fixture.grants.issue(Fixture.issue(Self.code(grant, refresh: true))).isSuccess)
        let found = try #require(try await fixture.grants.grant(ofRefreshToken: grant.id, at: Fixture.now))
        #expect(found.grant == grant)
        #expect(found.terms.keyThumbprint == [7])
        let end = Fixture.now.addingTimeInterval(3600)
        #expect(try await fixture.grants.issue(Fixture.issue(.refresh(grant.id), at: end)).refusal == .ended)
        let before = end.addingTimeInterval(-1)
        #expect(try await fixture.grants.issue(Fixture.issue(.refresh(grant.id), at: before)).isSuccess)
    }

    @Test("A token is found with its grant until it ends, is revoked, or its grant is", arguments: 0..<4)
    func findsToken(_ end: Int) async throws {
        let fixture = try await Fixture()
        let consent = Fixture.consent()
        let grant = try await fixture.given(under: consent)
        let issue = Fixture.issue(Self.code(grant))
        #expect(try await fixture.grants.issue(issue).isSuccess)
        let live = try #require(try await fixture.grants.token(issue.token.id, at: Fixture.now))
        #expect(live.token == issue.token)
        #expect(live.grant == grant)
        var later = Fixture.now
        switch end {
        case 0: later += 300
        case 1: try await fixture.grants.revoke(token: issue.token.id, at: Fixture.now)
        case 2: try await fixture.grants.revoke(grant: grant.id, at: Fixture.now)
        default: #expect(try await fixture.consents.withdraw(consent.id, of: Fixture.person, at: Fixture.now))
        }
        #expect(try await fixture.grants.token(issue.token.id, at: later) == nil)
    }

    @Test("A client's own token has no grant")
    func findsClientToken() async throws {
        let fixture = try await Fixture()
        let issue = Fixture.issue(.clientCredentials)
        #expect(try await fixture.grants.issue(issue).isSuccess)
        let live = try #require(try await fixture.grants.token(issue.token.id, at: Fixture.now))
        #expect(live.grant == nil)
    }

    @Test("The end of a session takes with it what was given in it, but for what was allowed while the person is away")
    func endsWithSession() async throws {
        let fixture = try await Fixture()
        let session = Fixture.session()
        let (online, offline) = (
            try await fixture.given(in: session.name), try await fixture.given(in: session.name)
        )
        let other = try await fixture.given(in: TicketID(at: Fixture.now))
        let issues =
            [Fixture.issue(Self.code(online)), Fixture.issue(Self.code(offline, refresh: true))]
            + [Fixture.issue(Self.code(other))]
        for issue in issues { #expect(try await fixture.grants.issue(issue).isSuccess) }
        #expect(try await fixture.sessions.end(session, at: Fixture.now) == ["library"])
        var isLive: [Bool] = []
        for issue in issues { isLive.append(try await fixture.grants.token(issue.token.id, at: Fixture.now) != nil) }
        #expect(isLive == [false, true, true])
    }
}
