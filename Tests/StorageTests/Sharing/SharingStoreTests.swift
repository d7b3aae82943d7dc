import Crypto
import DataSharing
import Foundation
import JOSE
import OAuth
import SQLStatements
import Testing
import TransparencyLog
import WireFormats

@testable import SharingHub
@testable import Storage

@Suite("Stores of data sharing")
struct SharingStoreTests {
    let test: TestDatabase
    let mark = PersonMark(root: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))
    static let shop = OrganizationID("shop")!
    static let scope = ScopeName("shop:loyalty")!

    init() async throws { test = try await TestDatabase() }

    private func pushes(_ database: any SQLDatabase) -> SQLPushStore {
        SQLPushStore(database: database, sealer: test.sealer)
    }
    private var holdings: SQLHoldingStore {
        SQLHoldingStore(database: test.database, sealer: test.sealer, mark: mark)
    }
    private var links: SQLSubjectLinks {
        SQLSubjectLinks(database: test.database, sealer: test.sealer, mark: mark)
    }

    private func push(
        _ key: String = UUID().uuidString, people: [String] = ["p-1"], expiresAt: Date? = nil
    ) throws -> NewPush {
        NewPush(
            idempotency: IdempotencyKey(
                id: Array(SHA256.hash(data: Array(key.utf8))), bodyHash: Array(SHA256.hash(data: [1]))),
            market: Self.shop,
            holdings: try people.map { person in
                let hash = Array(SHA256.hash(data: Array(UUID().uuidString.utf8)))
                return NewHolding(
                    id: TicketID(at: TestDatabase.now), person: LinkedPerson(mark: mark(person)),
                    subject: "sub-" + person, scope: Self.scope, version: 1,
                    shape: try Shape(json: ["tier": "TEXT"], at: .root),
                    content: .digest(sdJWT: "a.b.c~", hash: hash),
                    logged: try LoggedValue(.digest, by: Self.shop, about: hash, signature: [1, 2]),
                    expiresAt: expiresAt)
            }, at: TestDatabase.now)
    }

    private func count(_ sql: SQL) async throws -> Int64 {
        try await test.database.first(sql) { $0.integer(0) } ?? -1
    }

    @Test("What is pushed is read again, and its commitment is to its hash")
    func keeps() async throws {
        let push = try push()
        let places = try #require(try await pushes(test.database).store(push))
        let found = try await holdings.holdings(of: "p-1", scopes: [Self.scope], at: TestDatabase.now)
        let holding = try #require(found.first)
        #expect(holding.id == push.holdings[0].id && holding.subject == "sub-p-1" && holding.heldBy == .market)
        #expect(holding.place == places[0])
        let entry = try LedgerEntry(parsing: holding.place.entry)
        #expect(entry.commitment.verify(holding.hash, salt: holding.place.salt))
        #expect(try await holdings.holdings(of: "p-2").isEmpty)
        let other = ScopeName("shop:other")!
        #expect(try await holdings.holdings(of: "p-1", scopes: [other], at: TestDatabase.now).isEmpty)
    }

    @Test("Of 16 pushes of one key at once, in two processes, one is stored, whole")
    func storesOnce() async throws {
        let stored = try await race(16, over: test) { database in
            try await pushes(database).store(try push("same", people: ["p-1", "p-2"])) != nil
        }
        #expect(stored.count { $0 } == 1)
        #expect(try await count("SELECT COUNT(*) FROM sharing_holdings") == 2)
        #expect(try await count("SELECT COUNT(*) FROM ledger_pending") == 2)
        #expect(try await count("SELECT COUNT(*) FROM sharing_pushes") == 1)
    }

    @Test("Pushes of the same people at once, in any order, leave one digest for each")
    func supersedes() async throws {
        let people = (0..<8).map { "p-\($0)" }
        let stored = try await race(16, over: test) { database in
            try await pushes(database).store(try push(people: people.shuffled())) != nil
        }
        #expect(stored.allSatisfy { $0 })
        #expect(try await count("SELECT COUNT(*) FROM sharing_holdings") == 8)
        #expect(try await count("SELECT COUNT(*) FROM ledger_pending") == 128)
    }

    @Test("A push that is stored already leaves nothing, and tells what it made")
    func repeats() async throws {
        let (first, second) = (try push("same"), try push("same", people: ["p-2"]))
        _ = try await pushes(test.database).store(first)
        #expect(try await pushes(test.database).store(second) == nil)
        #expect(try await holdings.holdings(of: "p-2").isEmpty)
        let earlier = try #require(try await pushes(test.database).push(first.idempotency.id))
        #expect(earlier.results.map(\.id) == first.holdings.map(\.id))
        #expect(try await pushes(test.database).places(of: earlier.results.map(\.id)).count == 1)
    }

    @Test("What is erased is gone, for its own market and kind only")
    func erases() async throws {
        let push = try push()
        let id = push.holdings[0].id
        _ = try await pushes(test.database).store(push)
        #expect(try await !pushes(test.database).erase(id, heldBy: .person, of: Self.shop))
        #expect(try await !pushes(test.database).erase(id, heldBy: .market, of: OrganizationID("bank")!))
        #expect(try await pushes(test.database).erase(id, heldBy: .market, of: Self.shop))
        #expect(try await holdings.holdings(of: "p-1").isEmpty)
        #expect(try await !pushes(test.database).erase(id, heldBy: .market, of: Self.shop))
        #expect(try await pushes(test.database).places(of: [id]).isEmpty)
        // The leaf stays.
        #expect(try await count("SELECT COUNT(*) FROM ledger_pending") == 1)
    }

    @Test("What has expired is not offered")
    func expires() async throws {
        _ = try await pushes(test.database).store(try push(expiresAt: TestDatabase.soon))
        #expect(try await holdings.holdings(of: "p-1", scopes: [Self.scope], at: TestDatabase.now).count == 1)
        #expect(try await holdings.holdings(of: "p-1", scopes: [Self.scope], at: TestDatabase.soon).isEmpty)
    }

    @Test("Answers are remembered for a day")
    func sweeps() async throws {
        let store = pushes(test.database)
        _ = try await store.store(try push("same"))
        #expect(try await store.sweep(at: TestDatabase.now.addingTimeInterval(86_400)) == 0)
        #expect(try await store.sweep(at: TestDatabase.now.addingTimeInterval(86_400 + 301)) == 1)
        #expect(try await holdings.holdings(of: "p-1").count == 1)
    }

    @Test("Subjects are of one organization, and no registry id stands in the clear")
    func linksSubjects() async throws {
        try await links.link(Self.shop, subject: "sub-1", to: "person-number-one", at: TestDatabase.now)
        try await links.link(Self.shop, subject: "sub-1", to: "somebody-else", at: TestDatabase.now)
        #expect(try await links.person(of: "sub-1", at: Self.shop) == "person-number-one")
        #expect(try await links.person(of: "sub-1", at: OrganizationID("bank")!) == nil)
        #expect(try await links.person(of: "sub\u{0}", at: Self.shop) == nil)
        let people = try await pushes(test.database).people(of: ["sub-1", "sub-2"], at: Self.shop)
        #expect(people == ["sub-1": LinkedPerson(mark: mark("person-number-one"))])
    }

    @Test("Of registrations of one version at once, one counts")
    func registersOnce() async throws {
        let definition = try ScopeDefinition(json: [
            "scope": "shop:loyalty", "version": 1, "held_by": "market", "display": [["locale": "en", "name": "L"]],
            "claims": [["name": "tier", "type": "TEXT"]],
        ])
        let stored = try await race(16, over: test) { database in
            try await SQLDefinitionStore(database: database).insert(
                definition, logging: LoggedValue(.definition, by: Self.shop, about: definition.encoded),
                at: TestDatabase.now)
        }
        #expect(stored.count { $0 } == 1)
        #expect(try await count("SELECT COUNT(*) FROM ledger_pending") == 1)
        let store = SQLDefinitionStore(database: test.database)
        #expect(
            try await store.insert(
                definition.numbered(2), logging: LoggedValue(.definition, by: Self.shop, about: [2]),
                at: TestDatabase.now))
        #expect(try await store.definition(Self.scope, version: nil)?.definition.version == 2)
        #expect(try await store.definition(Self.scope, version: 1)?.definition == definition)
        #expect(try await store.versions(of: Self.scope).map(\.definition.version) == [2, 1])
        #expect(try await store.newest(of: nil).map(\.definition.version) == [2])
        #expect(try await store.newest(of: OrganizationID("bank")!).isEmpty)
    }

    @Test("Organizations are replaced as they were read only, and only so many may wait")
    func organizations() async throws {
        let store = SQLOrganizationStore(database: test.database)
        let key: JSONObject = PublicKey.p256(P256.Signing.PrivateKey().publicKey).jwk
        var jwk = key
        jwk["kid"] = "k1"
        jwk["use"] = "sig"
        func organization(_ id: String) throws -> Organization {
            try Organization(json: [
                "id": .string(id), "roles": ["market"], "display": [["locale": "en", "name": "Shop"]],
                "jwks": ["keys": [.object(jwk)]], "market_uri": "https://shop.example/", "partners": "any",
            ])
        }
        let old = try organization("shop")
        #expect(try await store.insert(old, pendingLimit: 2, at: TestDatabase.now))
        #expect(try await !store.insert(old, pendingLimit: 2, at: TestDatabase.now))
        #expect(try await store.insert(try organization("shop2"), pendingLimit: 2, at: TestDatabase.now))
        #expect(try await !store.insert(try organization("shop3"), pendingLimit: 2, at: TestDatabase.now))
        #expect(try await store.insert(try organization("shop3"), pendingLimit: nil, at: TestDatabase.now))
        var new = old
        new.state = .approved
        let thumbprint = old.keys.all[0].thumbprint
        let logged = try LoggedValue(.key, by: old.id, about: thumbprint)
        #expect(try await store.replace(old, with: new, logging: [(thumbprint, logged)], at: TestDatabase.now))
        #expect(try await !store.replace(old, with: new, logging: [], at: TestDatabase.now))
        #expect(try await store.organization(old.id)?.state == .approved)
        #expect(try await store.loggedKeys(of: old.id).map(\.thumbprint) == [thumbprint])
        #expect(try await store.organizations().map(\.id.text) == ["shop", "shop2", "shop3"])
        #expect(try await store.remove(old.id))
        #expect(try await !store.remove(old.id))
        #expect(try await store.loggedKeys(of: old.id).isEmpty)
    }

    @Test("Places are found once the ledger has them, with proofs, and waiting ends")
    func findsPlaces() async throws {
        let ledger = try await SQLLedger.open(
            test.database, key: .init(), origin: "log.example/ledger", now: { TestDatabase.now })
        let places = SQLLedgerPlaces(ledger: ledger)
        let stored = try #require(
            try await pushes(test.database).store(try push(people: (0..<60).map { "p-\($0)" })))
        #expect(try await places.references(to: stored, withProofs: true).allSatisfy { $0.index == nil })
        #expect(try await places.indices(of: [stored[0].pendingID], within: .milliseconds(1)) == [nil])
        #expect(try await ledger.integrate() == .appended(60))
        let references = try await places.references(to: stored, withProofs: true)
        #expect(Set(references.compactMap(\.index)) == Set(0..<60))
        let verifier = try #require(LedgerVerifier(logKey: ledger.logKey, witnesses: .none))
        for reference in references {
            let proof = try #require(reference.proof)
            #expect(try verifier.verify(reference.entry, proof: Array(proof.utf8)).index == reference.index)
        }
    }
}

/// The same thing so many times at once, by two processes in turn.
private func race<Result: Sendable>(
    _ count: Int, over test: TestDatabase, _ work: @escaping @Sendable (any SQLDatabase) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: Result.self) { group in
        for number in 0..<count {
            group.addTask { try await work(number.isMultiple(of: 2) ? test.database : test.otherProcess) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
    }
}
