import AuthorizationServer
import Crypto
import Foundation
import OAuth
import PersonAuthentication
import SQLStatements
import Storage
import WireFormats

/// The authorization server's stores over a database file that two processes have open.
final class AuthorizationFixture: Sendable {
    let test: TestDatabase
    static let now = TestDatabase.now
    static let person = "registry-id-of-zubeida"
    private static let mark = PersonMark(root: SymmetricKey(data: [UInt8](repeating: 5, count: 32)))

    init() async throws { test = try await TestDatabase() }

    var interactions: SQLInteractionStore { interactions(over: test.database) }
    var grants: SQLGrantStore { grants(over: test.database) }
    var sessions: SQLSessionStore { SQLSessionStore(database: test.database, sealer: test.sealer) }
    var consents: SQLConsentStore {
        SQLConsentStore(database: test.database, sealer: test.sealer, mark: Self.mark)
    }
    var singleUses: SQLSingleUseStore { SQLSingleUseStore(database: test.database) }

    func interactions(over database: any SQLDatabase) -> SQLInteractionStore {
        SQLInteractionStore(database: database, sealer: test.sealer, mark: Self.mark)
    }

    func grants(over database: any SQLDatabase) -> SQLGrantStore {
        SQLGrantStore(database: database, sealer: test.sealer)
    }

    /// An interaction that was begun.
    func interaction(at instant: Date = now, request: JSON = ["request": [:]]) async throws -> Interaction {
        let interaction = Interaction(id: TicketID(at: instant), clientID: "library", request: request)
        _ = try await interactions.insert(interaction, spending: [])
        return interaction
    }

    static func session(
        of person: String = person, at instant: Date = now, lasting seconds: Double = 43_200
    ) -> Session {
        let id = TicketID(at: instant)
        return Session(
            id: id, name: id, person: person, methods: [.knowledge], authenticatedAt: instant,
            expiresAt: instant.addingTimeInterval(seconds), lastSeenAt: instant)
    }

    static func consent(
        of person: String = person, at instant: Date = now, until end: Date? = now.addingTimeInterval(86_400)
    ) -> Consent {
        Consent(
            id: TicketID(at: instant), person: person, clientID: "library", scope: ["openid"], credentials: [],
            claims: ["given_name"], purpose: "Lending books", offersRefresh: true, givenAt: instant, expiresAt: end)
    }

    static func grant(
        _ id: TicketID, under consent: Consent, in session: TicketID? = nil, nonce: String = "n"
    ) -> Grant {
        Grant(
            id: id, clientID: consent.clientID, person: consent.person, consent: consent.id, session: session,
            transaction: id, scope: ["openid"], credentials: [], userInfoClaims: ["given_name"], idTokenClaims: [],
            nonce: nonce, acr: "urn:example:basic", references: ["kba"], authenticatedAt: now, resources: [],
            redirectURI: nil, codeChallenge: nil, keyThumbprint: nil, refreshLimit: consent.expiresAt)
    }

    /// A grant whose code is unspent.
    func given(
        under consent: Consent = consent(), in session: TicketID? = nil, at instant: Date = now
    ) async throws -> Grant {
        let interaction = try await interaction(at: instant)
        let grant = Self.grant(interaction.id, under: consent, in: session)
        let isFirst = try await interactions.finish(
            interaction.id, giving: grant, under: consent, codeExpiresAt: instant.addingTimeInterval(60), at: instant)
        guard isFirst else { throw NotGiven() }
        return grant
    }

    struct NotGiven: Error {}

    /// What gives a token.
    static func issue(
        _ source: TokenIssue.Source, at instant: Date = now, uses: [SingleUse] = [], lasting seconds: Double = 300
    ) -> TokenIssue {
        TokenIssue(
            token: AccessToken(
                id: TicketID(at: instant), clientID: "library", scope: ["openid"], audience: [], configurationIDs: [],
                keyThumbprint: nil, issuedAt: instant, expiresAt: instant.addingTimeInterval(seconds)),
            source: source, uses: uses, at: instant, transaction: nil)
    }

    static func use(
        _ identifier: String, _ kind: SingleUse.Kind = .dpopProof, until end: Date = now.addingTimeInterval(60)
    ) -> SingleUse {
        SingleUse(kind, of: [1], identifier: identifier, expiresAt: end)
    }

    /// Runs `act` so many times at once, half of them in the other process.
    func race<T: Sendable>(
        _ count: Int, _ act: @escaping @Sendable (any SQLDatabase) async throws -> T
    ) async throws -> [T] {
        try await withThrowingTaskGroup(of: T.self) { group in
            for index in 0..<count {
                group.addTask { [test] in try await act(index.isMultiple(of: 2) ? test.database : test.otherProcess) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
