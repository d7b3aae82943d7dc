import Crypto
import Foundation
import OAuth
import PersonAuthentication
import RegistryRecords
import SQLStatements
import Synchronization
import WebAuthn

@testable import IdentityRegistry
@testable import Storage

/// An identity registry with people, over a database file of its own, and what happens in it.
final class IdentityFixture: Sendable {
    static let keys = IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 9, count: 32)))
    static let password = "correct horse battery"
    static let pin = "135790"

    static let knowledge = [
        KnowledgeField(name: "number", label: [:], input: .text, normalization: [.letterCase, .punctuation]),
        KnowledgeField(name: "name", label: [:], input: .text, normalization: [.letterCase, .accents]),
        KnowledgeField(name: "born", label: [:], input: .date, normalization: []),
    ]

    static let settings = LoginSettings(
        knowledge: knowledge, offersPassword: true, offersPIN: true,
        codes: [
            .emailCode: LoginSettings.CodeSettings(addressField: "email", lifetime: .seconds(600)),
            .smsCode: LoginSettings.CodeSettings(addressField: "phone", lifetime: .seconds(300)),
        ],
        offersPasskeys: true)

    let test: TestDatabase
    let index: PersonIndex
    let hasher: SecretHasher
    let relyingParty: RelyingParty
    /// The steps of work done, in their order.
    let work = WorkLog()
    let mail = Outbox()
    private let clock = Mutex(TestDatabase.now)
    private let dispatches = Mutex<[CodeDispatch]>([])

    var now: Date { clock.withLock { $0 } }

    func advance(_ seconds: TimeInterval) { clock.withLock { $0 += seconds } }

    init(knowledge: [KnowledgeField] = IdentityFixture.knowledge, over shared: TestDatabase? = nil) async throws {
        if let shared { test = shared } else { test = try await TestDatabase() }
        index = PersonIndex(usernameFields: ["email", "number"], knowledge: knowledge, keys: Self.keys)
        let cost = ScryptHash.Parameters(logCost: 4, blockSize: 8, parallelism: 1) ?? .pin
        let work = work
        hasher = SecretHasher(
            pool: HashingPool(threads: 4, capacity: 1000), keys: Self.keys, costs: .init(password: cost, pin: cost)
        ) { secret, salt, parameters, length in
            work.note("hash \(parameters)")
            return try SecretHasher.scrypt(secret, salt, parameters, length)
        }
        relyingParty = try RelyingParty(id: "localhost", origins: ["http://localhost:8080"], name: "Example")
    }

    deinit { for dispatch in dispatches.withLock({ $0 }) { dispatch.finish() } }

    // MARK: Stores

    func people(over database: (any SQLDatabase)? = nil) -> SQLPersonStore {
        SQLPersonStore(database: database ?? test.database, sealer: test.sealer, index: index) { TestDatabase.now }
    }

    var secrets: SQLSecretStore {
        SQLSecretStore(database: test.database, sealer: test.sealer) { TestDatabase.now }
    }

    func passkeys(over database: (any SQLDatabase)? = nil) -> SQLPasskeyStore {
        SQLPasskeyStore(database: database ?? test.database, sealer: test.sealer)
    }

    var administration: AuthenticatorAdministration {
        AuthenticatorAdministration(
            settings: Self.settings, people: people(), index: index, secrets: secrets, hasher: hasher,
            passkeys: passkeys())
    }

    /// The login as one process has it.
    func login(
        settings: LoginSettings = IdentityFixture.settings, limits: AttemptLimits = AttemptLimits(),
        over database: (any SQLDatabase)? = nil, hasher: SecretHasher? = nil, capacity: Int = 1000
    ) -> RegistryLogin {
        let database = database ?? test.database
        let people = people(over: database)
        let source = WatchedSource(
            source: RegisteredPeople(index: index, entries: people, people: people), work: work)
        let dispatch = CodeDispatch(
            settings: settings, source: source, delivery: mail, capacity: capacity
        ) { [mail] failure in mail.failures.withLock { $0.append(failure) } }
        dispatches.withLock { $0.append(dispatch) }
        return RegistryLogin(
            settings: settings, source: source,
            secrets: .stored(
                WatchedSecrets(
                    store: SQLSecretStore(database: database, sealer: test.sealer) { TestDatabase.now }, work: work),
                hasher ?? self.hasher),
            limiter: AttemptLimiter(
                store: WatchedAttempts(store: SQLAttemptStore(database: database), work: work), limits: limits,
                keys: Self.keys),
            codes: OneTimeCodes(
                store: WatchedCodes(store: SQLOneTimeCodeStore(database: database, sealer: test.sealer), work: work),
                dispatch: dispatch, keys: Self.keys),
            passkeys: PasskeyChecks(
                store: SQLPasskeyStore(database: database, sealer: test.sealer), relyingParty: relyingParty),
            report: { [work] in work.note("unavailable: \($0)") })
    }

    // MARK: People

    static func person(_ id: String, _ number: String, _ name: String, _ born: String) -> PersonRecord {
        PersonRecord(
            id: id,
            fields: [
                "number": .text(number), "name": .text(name), "born": FullDate(born).map { .date($0) } ?? .text(born),
                "email": .text("\(id)@example.org"),
            ])
    }

    /// Two people, with passwords and PINs.
    func addPeople() async throws {
        _ = try await people().upsert([
            Self.person("anna", "A-100", "Ánna Šmid", "2001-02-03"), Self.person("ben", "B-200", "Ben", "2002-03-04"),
        ])
        for id in ["anna", "ben"] {
            _ = try await administration.set(Self.password + id, as: .password, of: id).get()
            _ = try await administration.set(Self.pin, as: .pin, of: id).get()
        }
        work.clear()
    }

    static let annasFacts = ["number": "a100", "name": "anna smid", "born": "2001-2-3"]

    func circumstances(
        client: String = "client", address: String = "192.0.2.1", device: LoginCircumstances.KnownDevice? = nil,
        person: String? = nil
    ) -> LoginCircumstances {
        LoginCircumstances(clientID: client, address: address, knownDevice: device, person: person, at: now)
    }

    static let annasDevice = LoginCircumstances.KnownDevice(person: "anna", device: "device-1")

    /// Runs `act` so many times at once, half of them in the other process.
    func race<T: Sendable>(
        _ count: Int, limits: AttemptLimits = AttemptLimits(),
        _ act: @escaping @Sendable (Int, RegistryLogin) async throws -> T
    ) async throws -> [T] {
        let logins = [login(limits: limits), login(limits: limits, over: test.otherProcess)]
        return try await withThrowingTaskGroup(of: T.self) { group in
            for number in 0..<count { group.addTask { try await act(number, logins[number % 2]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// What was sent, after everything was.
    func sent(by login: RegistryLogin) async throws -> [Outbox.Message] {
        login.codes.dispatch.finish()
        try await login.codes.dispatch.run()
        return mail.messages.withLock { $0 }
    }
}

/// What was done, step by step.
final class WorkLog: Sendable {
    private let entries = Mutex<[String]>([])

    func note(_ step: String) { entries.withLock { $0.append(step) } }
    func clear() { entries.withLock { $0 = [] } }
    var steps: [String] { entries.withLock { $0 } }
}

/// Takes the messages that would be sent.
final class Outbox: CodeDelivery, Sendable {
    struct Message: Sendable, Equatable {
        let code: String
        let method: LoginMethod
        let address: String
    }

    struct Bounce: Error {}

    let messages = Mutex<[Message]>([])
    let failures = Mutex<[CodeNotSent]>([])
    let isBroken = Atomic(false)

    func deliver(_ code: String, by method: LoginMethod, to address: String, language: String?) async throws {
        if isBroken.load(ordering: .relaxed) { throw Bounce() }
        messages.withLock { $0.append(Message(code: code, method: method, address: address)) }
    }
}

struct WatchedSource: IdentitySource {
    let source: any IdentitySource
    let work: WorkLog

    func find(facts: [String: String]) async throws -> String? {
        work.note("find by facts")
        return try await source.find(facts: facts)
    }

    func find(username: String) async throws -> String? {
        work.note("find by username")
        return try await source.find(username: username)
    }

    func person(id: String, fields: Set<String>) async throws -> PersonRecord? {
        try await source.person(id: id, fields: fields)
    }
}

struct WatchedSecrets: SecretStore {
    let store: any SecretStore
    let work: WorkLog

    func secret(_ kind: SecretKind, of person: String) async throws -> ScryptHash? {
        work.note("read \(kind)")
        return try await store.secret(kind, of: person)
    }

    func set(_ secrets: [StoredSecret]) async throws -> [[UInt8]] { try await store.set(secrets) }

    func remove(_ kind: SecretKind, of person: String) async throws -> Bool {
        try await store.remove(kind, of: person)
    }
}

struct WatchedAttempts: AttemptStore {
    let store: any AttemptStore
    let work: WorkLog
    var isShared: Bool { store.isShared }

    func reserve(
        _ counted: [AttemptCounter], watching watched: [AttemptCounter], at instant: Date
    ) async throws -> Result<[AttemptReservation], AttemptsExhausted> {
        work.note("reserve \(counted.count), watch \(watched.count)")
        return try await store.reserve(counted, watching: watched, at: instant)
    }

    func standing(
        _ counters: [AttemptCounter], at instant: Date
    ) async throws -> Result<[Int], AttemptsExhausted> {
        work.note("look at \(counters.count)")
        return try await store.standing(counters, at: instant)
    }

    func release(
        _ reservations: [AttemptReservation], forgetting forgotten: [AttemptCounter]
    ) async throws {
        work.note("release \(reservations.count)")
        try await store.release(reservations, forgetting: forgotten)
    }

    func count(_ counters: [AttemptCounter], at instant: Date) async throws {
        work.note("count \(counters.count)")
        try await store.count(counters, at: instant)
    }
}

struct WatchedCodes: OneTimeCodeStore {
    let store: any OneTimeCodeStore
    let work: WorkLog

    func insert(_ code: StoredOneTimeCode) async throws {
        work.note("insert code")
        try await store.insert(code)
    }

    func counter(of id: TicketID) async throws -> StoredOneTimeCode.Counter? {
        work.note("read code")
        return try await store.counter(of: id)
    }

    func answer(_ id: TicketID, mac: [UInt8], at instant: Date) async throws -> OneTimeCodeAnswer {
        work.note("answer code")
        return try await store.answer(id, mac: mac, at: instant)
    }
}
