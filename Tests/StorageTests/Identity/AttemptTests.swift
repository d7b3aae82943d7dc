import Foundation
import IdentityRegistry
import PersonAuthentication
import SQLStatements
import Testing

@testable import Storage

@Suite("Limits of wrong answers")
struct AttemptTests {
    private static let limits = AttemptLimits(person: 3, address: 5, client: 8, window: .seconds(900))

    private static func wrong(_ username: String) -> LoginAttempt { .pin(username: username, pin: "0000") }
    private static func right(_ username: String) -> LoginAttempt {
        .pin(username: username, pin: IdentityFixture.pin)
    }

    private static let blocked = Result<String, LoginRefusal>.failure(.tooManyAttempts(retryAfter: 900))

    @Test("After so many wrong answers about a person nothing is checked any more until the window is over")
    func person() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: Self.limits)
        for _ in 0..<3 {
            #expect(
                try await login.verify(Self.wrong("A-100"), under: fixture.circumstances()) == .failure(.wrong))
        }
        fixture.work.clear()
        #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == Self.blocked)
        #expect(fixture.work.steps == ["reserve 1, watch 2"])
        // Other spellings are the same username, and passwords count with PINs.
        #expect(try await login.verify(Self.right(" a-100"), under: fixture.circumstances()) == Self.blocked)
        #expect(
            try await login.verify(
                .password(username: "A-100", password: IdentityFixture.password + "anna"),
                under: fixture.circumstances()) == Self.blocked)
        #expect(try await login.verify(Self.right("B-200"), under: fixture.circumstances()) == .success("ben"))
        fixture.advance(899.5)
        #expect(
            try await login.verify(Self.right("A-100"), under: fixture.circumstances())
                == .failure(.tooManyAttempts(retryAfter: 1)))
        fixture.advance(0.5)
        #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == .success("anna"))
    }

    @Test("Somebody and nobody are refused in the same way, after the same number of answers and by the same steps")
    func nobodyToo() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: Self.limits)
        var courses: [[Result<String, LoginRefusal>]] = []
        var work: Set<[String]> = []
        for (number, username) in ["A-100", "nobody"].enumerated() {
            fixture.work.clear()
            var course: [Result<String, LoginRefusal>] = []
            for _ in 0..<5 {
                course.append(
                    try await login.verify(
                        Self.wrong(username),
                        under: fixture.circumstances(client: "c\(number)", address: "192.0.2.\(number)")))
            }
            courses.append(course)
            work.insert(fixture.work.steps)
        }
        #expect(courses[0] == [.failure(.wrong), .failure(.wrong), .failure(.wrong), Self.blocked, Self.blocked])
        #expect(courses[1] == courses[0])
        #expect(work.count == 1)
    }

    @Test("Right answers cost nothing, however many")
    func rightAnswers() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: Self.limits)
        for _ in 0..<20 {
            #expect(
                try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == .success("anna"))
            #expect(
                try await login.verify(.knowledge(IdentityFixture.annasFacts), under: fixture.circumstances())
                    == .success("anna"))
        }
        #expect(try await fixture.test.count("SELECT COALESCE(SUM(count), 0) FROM login_attempts") == 0)
    }

    @Test("A right answer of a stranger does not give strangers new tries")
    func noReset() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: Self.limits)
        for _ in 0..<2 { _ = try await login.verify(Self.wrong("A-100"), under: fixture.circumstances()) }
        #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == .success("anna"))
        #expect(try await login.verify(Self.wrong("A-100"), under: fixture.circumstances()) == .failure(.wrong))
        #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == Self.blocked)
    }

    @Test("A stranger cannot lock a person out of their own device, nor the device the strangers")
    func ownDevice() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: AttemptLimits(person: 3, address: 1000, client: 1000))
        let own = fixture.circumstances(address: "192.0.2.2", device: IdentityFixture.annasDevice)
        for _ in 0..<4 { _ = try await login.verify(Self.wrong("A-100"), under: fixture.circumstances()) }
        #expect(try await login.verify(Self.right("A-100"), under: own) == .success("anna"))
        // Its own wrong answers count, and a right one forgets them.
        for _ in 0..<2 { #expect(try await login.verify(Self.wrong("A-100"), under: own) == .failure(.wrong)) }
        #expect(try await login.verify(Self.right("A-100"), under: own) == .success("anna"))
        for _ in 0..<3 { #expect(try await login.verify(Self.wrong("A-100"), under: own) == .failure(.wrong)) }
        #expect(try await login.verify(Self.right("A-100"), under: own) == Self.blocked)
        // Another device of hers has a limit of its own; the strangers' is reached all the while.
        let other = fixture.circumstances(device: .init(person: "anna", device: "device-2"))
        #expect(try await login.verify(Self.right("A-100"), under: other) == .success("anna"))
        #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == Self.blocked)
    }

    @Test("Somebody's own device is a stranger to everybody else")
    func othersDevice() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: AttemptLimits(person: 3, address: 1000, client: 1000))
        for number in 0..<3 {
            let device = LoginCircumstances.KnownDevice(person: "ben", device: "device \(number)")
            #expect(
                try await login.verify(Self.wrong("A-100"), under: fixture.circumstances(device: device))
                    == .failure(.wrong))
        }
        #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == Self.blocked)
        let device = LoginCircumstances.KnownDevice(person: "ben", device: "device 9")
        #expect(
            try await login.verify(Self.right("A-100"), under: fixture.circumstances(device: device)) == Self.blocked)
    }

    @Test("Guessing the last fact about a person is limited, whichever it is, and knowing it is no way around")
    func knowledge() async throws {
        let guesses: [(String, [String])] = [
            ("number", ["A-1", "A-2", "A-3"]), ("name", ["Amy", "Ada", "Ann"]),
            ("born", ["2001-01-01", "2001-01-02", "x"]),
        ]
        for (name, values) in guesses {
            let fixture = try await IdentityFixture()
            try await fixture.addPeople()
            let login = fixture.login(limits: Self.limits)
            for value in values {
                var facts = IdentityFixture.annasFacts
                facts[name] = value
                #expect(
                    try await login.verify(.knowledge(facts), under: fixture.circumstances()) == .failure(.wrong))
            }
            let right = LoginAttempt.knowledge(IdentityFixture.annasFacts)
            #expect(try await login.verify(right, under: fixture.circumstances()) == Self.blocked, "\(name)")
            // Her own device, and somebody who shares one fact with the guesses, are not concerned.
            let own = fixture.circumstances(device: IdentityFixture.annasDevice)
            #expect(try await login.verify(right, under: own) == .success("anna"))
            let bens = ["number": "B-200", "name": "Ben", "born": "2002-03-04"]
            #expect(try await login.verify(.knowledge(bens), under: fixture.circumstances()) == .success("ben"))
        }
    }

    @Test("On a device that somebody else has used, facts count both ways, and right ones not at all")
    func knowledgeOnSharedDevice() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: AttemptLimits(person: 3, address: 1000, client: 1000))
        let device = LoginCircumstances.KnownDevice(person: "ben", device: "shared")
        let shared = fixture.circumstances(device: device)
        let annas = LoginAttempt.knowledge(IdentityFixture.annasFacts)
        let bens = LoginAttempt.knowledge(["number": "B-200", "name": "Ben", "born": "2002-03-04"])
        for _ in 0..<5 {
            #expect(try await login.verify(annas, under: shared) == .success("anna"))
            #expect(try await login.verify(bens, under: shared) == .success("ben"))
        }
        #expect(try await fixture.test.count("SELECT COALESCE(SUM(count), 0) FROM login_attempts") == 0)
        var wrong = IdentityFixture.annasFacts
        wrong["born"] = "2001-02-04"
        for _ in 0..<3 { #expect(try await login.verify(.knowledge(wrong), under: shared) == .failure(.wrong)) }
        #expect(try await login.verify(bens, under: shared) == Self.blocked)
        #expect(try await login.verify(annas, under: fixture.circumstances()) == Self.blocked)
        #expect(try await login.verify(bens, under: fixture.circumstances()) == .success("ben"))
        #expect(
            try await login.verify(annas, under: fixture.circumstances(device: device, person: "anna")) == Self.blocked)
    }

    @Test("An address has a limit for all people together, and of IPv6 the whole /64 has one")
    func address() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: AttemptLimits(person: 100, address: 5, client: 1000))
        for number in 0..<5 {
            let under = fixture.circumstances(address: "2001:db8:1:2::\(number)")
            #expect(try await login.verify(Self.wrong("user \(number)"), under: under) == .failure(.wrong))
        }
        for (address, isBlocked) in [("2001:db8:1:2:ffff::1", true), ("2001:db8:1:3::1", false), ("192.0.2.9", false)] {
            let result = try await login.verify(Self.right("A-100"), under: fixture.circumstances(address: address))
            #expect(result == (isBlocked ? Self.blocked : .success("anna")), "\(address)")
        }
    }

    @Test(
        "This machine's own addresses are not limited; addresses that are none are one",
        arguments: ["127.0.0.1", "::1"])
    func loopback(address: String) async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: AttemptLimits(person: 100, address: 2, client: 1000))
        for number in 0..<5 {
            _ = try await login.verify(Self.wrong("u\(number)"), under: fixture.circumstances(address: address))
        }
        #expect(
            try await login.verify(Self.right("A-100"), under: fixture.circumstances(address: address))
                == .success("anna"))
        for number in 0..<2 {
            _ = try await login.verify(Self.wrong("v\(number)"), under: fixture.circumstances(address: "x\(number)"))
        }
        #expect(
            try await login.verify(Self.right("A-100"), under: fixture.circumstances(address: "")) == Self.blocked)
    }

    @Test("A client has a limit of its own")
    func client() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: Self.limits)
        for number in 0..<8 {
            let under = fixture.circumstances(client: "bad", address: "198.51.100.\(number)")
            #expect(try await login.verify(Self.wrong("user \(number)"), under: under) == .failure(.wrong))
        }
        let under = fixture.circumstances(client: "bad", address: "203.0.113.1")
        #expect(try await login.verify(Self.right("A-100"), under: under) == Self.blocked)
        #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == .success("anna"))
    }

    @Test("Of 64 wrong answers at once, in two processes, no more are checked than the limit allows")
    func race() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let limits = AttemptLimits(person: 10, address: 1000, client: 1000)
        let under = fixture.circumstances()
        let results = try await fixture.race(64, limits: limits) { _, login in
            try await login.verify(Self.wrong("A-100"), under: under)
        }
        #expect(results.count { $0 == .failure(.wrong) } == 10)
        #expect(results.count { $0 == Self.blocked } == 54)
        #expect(fixture.work.steps.count { $0.hasPrefix("hash") } == 10)
    }

    @Test("Of 64 right answers at once none leaves a trace, though some may have to come again")
    func honestRace() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let under = fixture.circumstances()
        let results = try await fixture.race(64, limits: AttemptLimits(person: 64)) { _, login in
            try await login.verify(Self.right("A-100"), under: under)
        }
        #expect(results.allSatisfy { $0 == .success("anna") })
        #expect(try await fixture.test.count("SELECT COALESCE(SUM(count), 0) FROM login_attempts") == 0)
    }

    @Test("Counters hold across a restart, and in the other process")
    func persistence() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        for _ in 0..<3 {
            _ = try await fixture.login(limits: Self.limits).verify(
                Self.wrong("A-100"), under: fixture.circumstances())
        }
        await fixture.test.database.close()
        let reopened = try await fixture.test.reopen()
        for database in [reopened, fixture.test.otherProcess] {
            let login = fixture.login(limits: Self.limits, over: database)
            #expect(try await login.verify(Self.right("A-100"), under: fixture.circumstances()) == Self.blocked)
        }
        await reopened.close()
    }

    @Test("A reservation is given back to its own window only")
    func windows() async throws {
        let fixture = try await IdentityFixture()
        let store = SQLAttemptStore(database: fixture.test.database)
        let counter = AttemptCounter(key: [1], limit: 2, window: .seconds(60))
        let first = try await store.reserve([counter], watching: [], at: TestDatabase.now).get()
        let later = TestDatabase.now.addingTimeInterval(60)
        _ = try await store.reserve([counter], watching: [], at: later).get()
        try await store.release(first, forgetting: [])
        _ = try await store.reserve([counter], watching: [], at: later).get()
        await #expect(throws: AttemptsExhausted(until: later.addingTimeInterval(60))) {
            try await store.reserve([counter], watching: [], at: later).get()
        }
        // Several counters: nothing is counted if one of them is full.
        let free = AttemptCounter(key: [2], limit: 1, window: .seconds(60))
        _ = try await store.reserve([free, counter], watching: [], at: later)
        #expect(try await store.reserve([free], watching: [], at: later).isSuccess)
    }

    @Test("Where a place is given back in the moment of a refusal, there is another at once")
    func givenBackMeanwhile() async throws {
        let fixture = try await IdentityFixture()
        let counter = AttemptCounter(key: [1], limit: 1, window: .seconds(60))
        let other = SQLAttemptStore(database: fixture.test.otherProcess)
        let taken = try await other.reserve([counter], watching: [], at: TestDatabase.now).get()
        let store = SQLAttemptStore(
            database: InterruptedDatabase(fixture.test.database, before: "SELECT key") {
                try await other.release(taken, forgetting: [])
            })
        #expect(
            try await store.reserve([counter], watching: [], at: TestDatabase.now)
                == .failure(AttemptsExhausted(until: TestDatabase.now)))
        #expect(try await store.reserve([counter], watching: [], at: TestDatabase.now).isSuccess)
    }

    @Test("Who takes several places in whatever order never waits for one who waits for them")
    func severalAtOnce() async throws {
        let fixture = try await IdentityFixture()
        let counters = (1...6).map { AttemptCounter(key: [$0], limit: 40, window: .seconds(60)) }
        let stores = [fixture.test.database, fixture.test.otherProcess].map { SQLAttemptStore(database: $0) }
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try await stores[number % 2].reserve(counters.shuffled(), watching: [], at: TestDatabase.now)
                        .isSuccess
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 40)
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM login_attempts WHERE count = 40") == 6)
    }

    @Test("The table has neither names nor addresses")
    func noPersonalData() async throws {
        let fixture = try await IdentityFixture()
        let under = fixture.circumstances(client: "Clientmarker", address: "203.0.113.77")
        _ = try await fixture.login().verify(Self.wrong("Usermarker"), under: under)
        _ = try await fixture.login().sendCode(by: .emailCode, to: .username("Usermarker"), under: under)
        let bytes = try await fixture.test.storedBytes()
        #expect(try await fixture.test.count("SELECT COUNT(*) FROM login_attempts") == 6)
        for text in ["Clientmarker", "203.0.113.77", "Usermarker", "usermarker"] {
            #expect(bytes.range(of: Data(text.utf8)) == nil)
        }
        #expect(bytes.range(of: Data([203, 0, 113, 77])) == nil)
    }
}

extension Result where Success == [AttemptReservation] {
    var isSuccess: Bool { if case .success = self { true } else { false } }
}
