import AuthorizationServer
import CredentialIssuer
import Foundation
import OAuth
import SQLStatements
import Storage
import Testing
import TransactionTimeline
import WireFormats

/// A token request whose answer was lost is made again, and costs nobody anything. All else stays a second use.
@Suite struct RepeatedTokenRequestTests {
    private typealias Fixture = AuthorizationFixture

    private static let key: [UInt8] = Array(repeating: 1, count: 32)
    private static let otherKey: [UInt8] = Array(repeating: 2, count: 32)

    // Codes of grants.

    private static func issue(
        _ grant: Grant, key: [UInt8]? = key, after seconds: Double = 0, scope: [String] = ["openid"]
    ) -> TokenIssue {
        let at = Fixture.now.addingTimeInterval(seconds)
        return TokenIssue(
            token: AccessToken(
                id: TicketID(at: at), clientID: "library", scope: scope, audience: [], configurationIDs: [],
                keyThumbprint: key, issuedAt: at, expiresAt: at.addingTimeInterval(300)),
            source: .code(grant.id, refresh: nil), uses: [Fixture.use("proof \(UInt64.random(in: 0 ... .max))")],
            at: at,
            transaction: grant.transaction)
    }

    @Test("The same request again, in another process, gets the same token", arguments: [0.5, 10])
    func givesAgain(seconds: Double) async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let first = try await fixture.grants.issue(Self.issue(grant)).get()
        let there = fixture.grants(over: fixture.test.otherProcess)
        let again = try await there.issue(Self.issue(grant, after: seconds)).get()
        #expect(again.id == first.id)
        #expect(again.expiresAt == first.expiresAt)
        #expect(again.detail == first.detail)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM access_tokens") == 1)
        #expect(try await fixture.grants.token(first.id, at: Fixture.now) != nil)
    }

    @Test("Of many that ask at once with one key, all get one token")
    func givesOneToMany() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let tokens = try await fixture.race(32) { database in
            try await fixture.grants(over: database).issue(Self.issue(grant)).get().id
        }
        #expect(Set(tokens).count == 1)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM access_tokens") == 1)
    }

    /// What is no repetition: it ends what the first use gave.
    enum SecondUse: CaseIterable {
        case withOtherKey, withoutKey, tooLate, forOtherScope
    }

    @Test("A second use is refused and takes back what the first gave", arguments: SecondUse.allCases)
    func refusesSecondUse(of kind: SecondUse) async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let first = try await fixture.grants.issue(Self.issue(grant)).get()
        let second =
            switch kind {
            case .withOtherKey: Self.issue(grant, key: Self.otherKey)
            case .withoutKey: Self.issue(grant, key: nil)
            case .tooLate: Self.issue(grant, after: 10.001)
            case .forOtherScope: Self.issue(grant, scope: [])
            }
        #expect(try await fixture.grants.issue(second).refusal == .codeSpent)
        #expect(try await fixture.grants.token(first.id, at: Fixture.now) == nil)
        // Once taken back it stays so.
        #expect(try await fixture.grants.issue(Self.issue(grant)).refusal == .codeSpent)
    }

    @Test("A code whose first token is bound to nothing is not given again, by the same client neither")
    func bearerIsRefused() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        _ = try await fixture.grants.issue(Self.issue(grant, key: nil)).get()
        #expect(try await fixture.grants.issue(Self.issue(grant, key: nil)).refusal == .codeSpent)
    }

    @Test("Once something was got with the token its code is spent", arguments: [true, false])
    func refusesAfterUse(byCredential: Bool) async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let token = try await fixture.grants.issue(Self.issue(grant)).get()
        if byCredential {
            let issuance = TestDatabase.issuance(under: grant.transaction, origin: .token(token.id), nonces: [])
            #expect(try await fixture.test.issuance.record(issuance).isSuccess)
        } else {
            #expect(try await fixture.singleUses.spend([Fixture.use("shown")], for: token.id, at: Fixture.now))
        }
        #expect(try await fixture.grants.issue(Self.issue(grant, after: 1)).refusal == .codeSpent)
        #expect(try await fixture.grants.token(token.id, at: Fixture.now) == nil)
    }

    @Test("The very same proof is replayed, and answered so")
    func refusesSameProof() async throws {
        let fixture = try await Fixture()
        let grant = try await fixture.given()
        let issue = Self.issue(grant)
        let token = try await fixture.grants.issue(issue).get()
        #expect(try await fixture.grants.issue(issue).refusal == .replayed(.dpopProof))
        #expect(try await fixture.grants.token(token.id, at: Fixture.now) != nil)
    }

    // Pre-authorized codes.

    private static func redemption(
        of offer: TicketID, key: [UInt8]? = key, txCodeMAC: [UInt8]? = nil, after seconds: Double = 0
    ) -> PreAuthorizedRedemption {
        let at = TestDatabase.now.addingTimeInterval(seconds)
        return PreAuthorizedRedemption(
            offer: offer, txCodeMAC: txCodeMAC, tokenExpiresAt: at.addingTimeInterval(300), keyThumbprint: key, at: at,
            earlierEvents: [])
    }

    @Test("A pre-authorized code is good again for the same key", arguments: [nil, [1]] as [[UInt8]?])
    func redeemsAgain(txCodeMAC: [UInt8]?) async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer(txCodeMAC: txCodeMAC)
        let first = try await test.grants.redeem(Self.redemption(of: offer, txCodeMAC: txCodeMAC)).get()
        let there = SQLPreAuthorizedGrantStore(database: test.otherProcess)
        let again = try await there.redeem(Self.redemption(of: offer, txCodeMAC: txCodeMAC, after: 10)).get()
        // The token's end is the first one's: asking again makes it no longer.
        #expect(again == first)
        let events = try await test.offers.timeline(of: offer).filter { $0.step == .token }
        #expect(events.count == 1)
        #expect(events.first?.detail["repeated"]?.bool == true)
    }

    @Test("What is not the same request again is a second use, and refused; the token is not harmed")
    func refusesSecondRedemption() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer(txCodeMAC: [1])
        _ = try await test.grants.redeem(Self.redemption(of: offer, txCodeMAC: [1])).get()
        for second in [
            Self.redemption(of: offer, key: Self.otherKey, txCodeMAC: [1]),
            Self.redemption(of: offer, key: nil, txCodeMAC: [1]), Self.redemption(of: offer, txCodeMAC: [2]),
            Self.redemption(of: offer), Self.redemption(of: offer, txCodeMAC: [1], after: 10.001),
        ] {
            #expect(try await test.grants.redeem(second).refusal == .spent)
        }
        #expect(try await test.issuance.record(TestDatabase.issuance(under: offer, nonces: [])).isSuccess)
        // And with a credential got by it the same request is one too.
        #expect(try await test.grants.redeem(Self.redemption(of: offer, txCodeMAC: [1])).refusal == .spent)
    }

    @Test("A code that gave a token bound to nothing is good once")
    func bearerOnce() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer()
        _ = try await test.grants.redeem(Self.redemption(of: offer, key: nil)).get()
        #expect(try await test.grants.redeem(Self.redemption(of: offer, key: nil)).refusal == .spent)
        #expect(try await test.grants.redeem(Self.redemption(of: offer)).refusal == .spent)
    }

    @Test("A cancelled offer gives nothing again")
    func cancelled() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer()
        _ = try await test.grants.redeem(Self.redemption(of: offer)).get()
        #expect(try await test.offers.cancel(offer, at: TestDatabase.now))
        #expect(try await test.grants.redeem(Self.redemption(of: offer)).refusal == .cancelled)
    }
}
