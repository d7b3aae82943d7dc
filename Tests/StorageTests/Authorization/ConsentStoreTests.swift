import AuthorizationServer
import Foundation
import OAuth
import SQLStatements
import Storage
import Testing

/// What people have agreed to, in the database.
@Suite struct ConsentStoreTests {
    private typealias Fixture = AuthorizationFixture

    private func standing(_ fixture: Fixture, at instant: Date = Fixture.now) async throws -> [Consent] {
        try await fixture.consents.standing(person: Fixture.person, clientID: "library", at: instant)
    }

    @Test("A consent stands until it ends or is withdrawn; one for once does not")
    func stands() async throws {
        let fixture = try await Fixture()
        let (lasting, once) = (Fixture.consent(), Fixture.consent(until: nil))
        for consent in [lasting, once] { _ = try await fixture.given(under: consent) }
        #expect(try await standing(fixture) == [lasting])
        let end = Fixture.now.addingTimeInterval(86_400)
        #expect(try await standing(fixture, at: end.addingTimeInterval(-1)) == [lasting])
        #expect(try await standing(fixture, at: end) == [])
        #expect(try await fixture.consents.standing(person: "other", clientID: "library", at: Fixture.now) == [])
        #expect(try await fixture.consents.standing(person: Fixture.person, clientID: "bank", at: Fixture.now) == [])
        #expect(try await fixture.consents.withdraw(lasting.id, of: Fixture.person, at: Fixture.now))
        #expect(try await standing(fixture) == [])
    }

    @Test("The person sees all, newest first, with what has become of each")
    func lists() async throws {
        let fixture = try await Fixture()
        let consents = (0..<3).map { Fixture.consent(at: Fixture.now.addingTimeInterval(Double($0))) }
        var grants: [Grant] = []
        for consent in consents { grants.append(try await fixture.given(under: consent)) }
        #expect(try await fixture.grants.issue(Fixture.issue(.code(grants[0].id, refresh: nil))).isSuccess)
        #expect(try await fixture.consents.withdraw(consents[1].id, of: Fixture.person, at: Fixture.now))
        let listed = try await fixture.consents.consents(of: Fixture.person)
        #expect(listed.map(\.consent) == consents.reversed())
        #expect(listed.map(\.lastUsedAt) == [nil, nil, Fixture.now])
        #expect(listed.map(\.withdrawnAt) == [nil, Fixture.now, nil])
        #expect(try await fixture.consents.consents(of: "other").isEmpty)
    }

    @Test("Nobody withdraws somebody else's; withdrawing twice keeps the first time")
    func withdraws() async throws {
        let fixture = try await Fixture()
        let consent = Fixture.consent()
        let (first, second) = (try await fixture.given(under: consent), try await fixture.given(under: consent))
        let unrelated = try await fixture.given()
        #expect(try await fixture.consents.withdraw(consent.id, of: "other", at: Fixture.now) == false)
        #expect(
            try await fixture.consents.withdraw(TicketID(at: Fixture.now), of: Fixture.person, at: Fixture.now) == false
        )
        let later = Fixture.now.addingTimeInterval(10)
        for instant in [Fixture.now, later] {
            #expect(try await fixture.consents.withdraw(consent.id, of: Fixture.person, at: instant))
        }
        let listed = try await fixture.consents.consents(of: Fixture.person)
        #expect(listed.first { $0.consent.id == consent.id }?.withdrawnAt == Fixture.now)
        for grant in [first, second] {
            #expect(try await fixture.grants.issue(Fixture.issue(.code(grant.id, refresh: nil))).refusal == .ended)
        }
        #expect(try await fixture.grants.issue(Fixture.issue(.code(unrelated.id, refresh: nil))).isSuccess)
    }

    @Test("Whoever withdraws while codes are redeemed leaves no token alive", arguments: 0..<4)
    func racesWithdrawal(_ round: Int) async throws {
        let fixture = try await Fixture()
        let consent = Fixture.consent()
        var grants: [Grant] = []
        for _ in 0..<16 { grants.append(try await fixture.given(under: consent)) }
        let issues = grants.map { Fixture.issue(.code($0.id, refresh: nil)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, issue) in issues.enumerated() {
                let database = index.isMultiple(of: 2) ? fixture.test.database : fixture.test.otherProcess
                group.addTask { _ = try await fixture.grants(over: database).issue(issue) }
                if index == 4 + round {
                    group.addTask {
                        _ = try await fixture.consents.withdraw(consent.id, of: Fixture.person, at: Fixture.now)
                    }
                }
            }
            try await group.waitForAll()
        }
        for issue in issues { #expect(try await fixture.grants.token(issue.token.id, at: Fixture.now) == nil) }
    }
}

/// Identifiers of proofs and assertions, in the database.
@Suite struct SingleUseStoreTests {
    private typealias Fixture = AuthorizationFixture

    @Test("Of 64 that show one proof at once, in two processes, one is first")
    func spendsOnce() async throws {
        let fixture = try await Fixture()
        let results = try await fixture.race(64) { database in
            try await SQLSingleUseStore(database: database).spend([Fixture.use("proof")], for: nil, at: Fixture.now)
        }
        #expect(results.count { $0 } == 1)
    }

    @Test("Several are spent together or not at all")
    func spendsWhole() async throws {
        let fixture = try await Fixture()
        let names = (0..<8).map { "proof \($0)" }
        let spent = try await fixture.race(32) { database in
            let batch = Array(names.shuffled().prefix(3))
            let isFirst = try await SQLSingleUseStore(database: database).spend(
                batch.map { Fixture.use($0) }, for: nil, at: Fixture.now)
            return isFirst ? batch : []
        }.flatMap { $0 }
        #expect(Set(spent).count == spent.count)
        #expect(!spent.isEmpty)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM single_uses") == Int64(spent.count))
    }

    @Test("The same text of another kind, another owner or another time is another")
    func tellsApart() async throws {
        let fixture = try await Fixture()
        let uses = [
            Fixture.use("a"), Fixture.use("a", .clientAssertion), Fixture.use("a", .attestationProof),
            Fixture.use("a", .requestObject), Fixture.use("a", until: Fixture.now),
            SingleUse(.dpopProof, of: [2], identifier: "a", expiresAt: Fixture.now),
        ]
        for use in uses { #expect(try await fixture.singleUses.spend([use], for: nil, at: Fixture.now)) }
        for use in uses { #expect(try await fixture.singleUses.spend([use], for: nil, at: Fixture.now) == false) }
        #expect(try await fixture.singleUses.spend([], for: nil, at: Fixture.now))
    }
}
