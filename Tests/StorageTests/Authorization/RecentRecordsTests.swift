import AuthorizationServer
import CredentialIssuer
import Crypto
import Foundation
import OAuth
import SQLStatements
import Storage
import Testing
import WireFormats

/// What a process remembers of flows under way, while another goes on with them.
@Suite struct RecentRecordsTests {
    private typealias Fixture = AuthorizationFixture

    /// The stores of one process, which remember together.
    private struct Process {
        let interactions: SQLInteractionStore
        let sessions: SQLSessionStore
        let grants: SQLGrantStore
        let issuances: SQLIssuanceStore

        init(_ fixture: AuthorizationFixture, over database: any SQLDatabase) {
            let (recent, sealer) = (RecentRecords(), fixture.test.sealer)
            let mark = PersonMark(root: SymmetricKey(data: [UInt8](repeating: 5, count: 32)))
            interactions = SQLInteractionStore(database: database, sealer: sealer, mark: mark, recent: recent)
            sessions = SQLSessionStore(database: database, sealer: sealer, recent: recent)
            grants = SQLGrantStore(database: database, sealer: sealer, recent: recent)
            issuances = SQLIssuanceStore(database: database, sealer: sealer)
        }
    }

    private let fixture: AuthorizationFixture
    private let here: Process
    private let there: Process

    init() async throws {
        fixture = try await AuthorizationFixture()
        here = Process(fixture, over: fixture.test.database)
        there = Process(fixture, over: fixture.test.otherProcess)
    }

    /// Begun here.
    private func begun() async throws -> Interaction {
        let interaction = Interaction(id: TicketID(at: Fixture.now), clientID: "library", request: ["request": [:]])
        _ = try await here.interactions.insert(interaction, spending: [])
        return interaction
    }

    @Test("A change made elsewhere makes the next one here fail, and is then seen")
    func seesChange() async throws {
        var interaction = try await begun()
        interaction.progress.username = "there"
        #expect(try await there.interactions.update(interaction, session: nil, ending: nil))
        let known = try #require(try await here.interactions.interaction(interaction.id, sinceVersion: 0))
        #expect(known.version == 0)
        #expect(try await here.interactions.update(known, session: nil, ending: nil) == false)
        let found = try #require(try await here.interactions.interaction(interaction.id, sinceVersion: 0))
        #expect(found.version == 1 && found.progress.username == "there")
    }

    @Test("A copy older than what the browser has seen is not used")
    func heedsVersion() async throws {
        let interaction = try await begun()
        #expect(try await there.interactions.update(interaction, session: nil, ending: nil))
        #expect(try await here.interactions.interaction(interaction.id, sinceVersion: 1)?.version == 1)
        #expect(try await here.interactions.interaction(interaction.id, sinceVersion: nil)?.version == 1)
    }

    @Test("What was changed here is known as it is stored")
    func keepsOwnChange() async throws {
        var interaction = try await begun()
        interaction.progress.username = "here"
        #expect(try await here.interactions.update(interaction, session: nil, ending: nil))
        let known = try #require(try await here.interactions.interaction(interaction.id, sinceVersion: 1))
        #expect(known.version == 1 && known.progress.username == "here")
        #expect(try await here.interactions.update(known, session: nil, ending: nil))
    }

    @Test("Nothing is given in a session that was ended elsewhere, which is then known here")
    func seesEndOfSession() async throws {
        let interaction = try await begun()
        let session = Fixture.session()
        #expect(try await here.interactions.update(interaction, session: session, ending: nil))
        _ = try await there.sessions.end(session, at: Fixture.now)
        #expect(try await here.sessions.recentSession(session.id) != nil)
        #expect(try await here.sessions.session(session.id) == nil)
        let consent = Fixture.consent()
        let isGiven = try await here.interactions.finish(
            interaction.id, giving: Fixture.grant(interaction.id, under: consent, in: session.name), under: consent,
            in: session.id, codeExpiresAt: Fixture.now, at: Fixture.now)
        #expect(!isGiven)
        #expect(try await here.sessions.recentSession(session.id) == nil)
    }

    @Test("A code that was spent elsewhere is refused, and a token taken back elsewhere gives no credential")
    func seesRevocation() async throws {
        let interaction = try await begun()
        let consent = Fixture.consent()
        let grant = Fixture.grant(interaction.id, under: consent)
        #expect(
            try await here.interactions.finish(
                interaction.id, giving: grant, under: consent, codeExpiresAt: Fixture.now.addingTimeInterval(60),
                at: Fixture.now))
        #expect(try await here.grants.grant(ofCode: grant.id) == grant)
        let issue = Fixture.issue(.code(grant.id, refresh: nil))
        guard case .success = try await here.grants.issue(issue) else {
            Issue.record("the code was not spent")
            return
        }
        #expect(try await here.grants.recentToken(issue.token.id, at: Fixture.now) != nil)
        let again = try await there.grants.issue(Fixture.issue(.code(grant.id, refresh: nil)))
        #expect(throws: TokenIssueRefusal.codeSpent) { try again.get() }
        #expect(try await here.grants.recentToken(issue.token.id, at: Fixture.now) != nil)
        #expect(try await here.grants.token(issue.token.id, at: Fixture.now) == nil)
        let recorded = try await here.issuances.record(
            TestDatabase.issuance(under: grant.transaction, origin: .token(issue.token.id), nonces: []))
        guard case .failure(.accessEnded) = recorded else {
            Issue.record("a credential was recorded under a token that was taken back")
            return
        }
        let second = try await here.grants.issue(Fixture.issue(.code(grant.id, refresh: nil)))
        guard case .failure = second else {
            Issue.record("the code was spent twice")
            return
        }
        #expect(try await here.grants.recentToken(issue.token.id, at: Fixture.now) == nil)
    }

    @Test("What is forgotten for want of room is read again")
    func forgets() async throws {
        let first = try await begun()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4_200 { group.addTask { _ = try await begun() } }
            try await group.waitForAll()
        }
        #expect(try await here.interactions.interaction(first.id, sinceVersion: 0) != nil)
    }
}
