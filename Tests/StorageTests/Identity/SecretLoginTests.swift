import Foundation
import IdentityRegistry
import PersonAuthentication
import RegistryRecords
import SQLStatements
import Testing

@testable import Storage

@Suite("Logging in with password and PIN")
struct SecretLoginTests {
    @Test("The right password or PIN shows who it is, by any username and however that is written")
    func right() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        for username in ["anna@example.org", " ANNA@Example.org", "A-100", "a-100"] {
            let attempts: [LoginAttempt] = [
                .password(username: username, password: IdentityFixture.password + "anna"),
                .pin(username: username, pin: IdentityFixture.pin),
            ]
            for attempt in attempts {
                let result = try await fixture.login().verify(attempt, under: fixture.circumstances())
                #expect(result == .success("anna"), "\(username)")
            }
        }
    }

    @Test(
        "A wrong secret is wrong, and so is everything else that is not one's own",
        arguments: [
            LoginAttempt.password(username: "anna@example.org", password: IdentityFixture.password + "ben"),
            .password(username: "anna@example.org", password: ""),
            .password(username: "anna@example.org", password: IdentityFixture.pin),
            .password(username: "", password: IdentityFixture.password + "anna"),
            .password(username: "nobody@example.org", password: IdentityFixture.password + "anna"),
            .password(username: "anna", password: IdentityFixture.password + "anna"),
            .pin(username: "anna@example.org", pin: "135791"), .pin(username: "nobody", pin: IdentityFixture.pin),
            .pin(username: String(repeating: "a", count: 2000), pin: IdentityFixture.pin),
        ])
    func wrong(attempt: LoginAttempt) async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        #expect(
            try await fixture.login().verify(attempt, under: fixture.circumstances()) == .failure(.wrong))
    }

    @Test("What is not offered is wrong for everybody")
    func notOffered() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(settings: LoginSettings())
        let attempts: [LoginAttempt] = [
            .password(username: "anna@example.org", password: IdentityFixture.password + "anna"),
            .pin(username: "anna@example.org", pin: IdentityFixture.pin), .knowledge(IdentityFixture.annasFacts),
            .passkey(answer: [], challenge: []),
        ]
        for attempt in attempts {
            #expect(try await login.verify(attempt, under: fixture.circumstances()) == .failure(.wrong))
        }
        #expect(
            try await login.sendCode(
                by: .emailCode, to: .username("anna@example.org"), under: fixture.circumstances())
                == .failure(.unavailable))
        await #expect(throws: PasskeysNotOffered.self) {
            try await login.passkeyOptions(challenge: [UInt8](repeating: 1, count: 32), person: nil)
        }
        #expect(fixture.work.steps == [])
    }

    @Test("A username that two people have is nobody's")
    func ambiguousUsername() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        var twin = IdentityFixture.person("cem", "A-100", "Cem", "2003-01-01")
        twin.fields["email"] = .text("cem@example.org")
        _ = try await fixture.people().upsert([twin])
        let attempt = LoginAttempt.password(username: "A-100", password: IdentityFixture.password + "anna")
        #expect(try await fixture.login().verify(attempt, under: fixture.circumstances()) == .failure(.wrong))
    }

    @Test("After another factor only that person can pass, and no username is needed")
    func secondFactor() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login()
        let under = fixture.circumstances(person: "anna")
        for (username, person, expected) in [
            ("", "anna", true), ("anna@example.org", "anna", true), ("ben@example.org", "ben", false),
            ("", "ben", false),
        ] {
            let attempt = LoginAttempt.password(username: username, password: IdentityFixture.password + person)
            #expect(
                try await login.verify(attempt, under: under) == (expected ? .success("anna") : .failure(.wrong)))
        }
    }

    @Test(
        "Nobody costs the same steps as somebody: with a wrong secret, and with a username that is nobody's",
        arguments: [true, false])
    func sameWork(hasDevice: Bool) async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        _ = try await fixture.people().upsert([IdentityFixture.person("dan", "D-400", "Dan", "2003-01-01")])
        let device = hasDevice ? LoginCircumstances.KnownDevice(person: "ben", device: "b") : nil
        var work: Set<[String]> = []
        // Somebody, nobody, and somebody without any secret.
        for username in ["anna@example.org", "nobody@example.org", "dan@example.org", ""] {
            fixture.work.clear()
            let attempt = LoginAttempt.password(username: username, password: "something else")
            let result = try await fixture.login().verify(attempt, under: fixture.circumstances(device: device))
            #expect(result == .failure(.wrong))
            work.insert(fixture.work.steps)
        }
        #expect(work.count == 1)
        #expect(work.first?.count { $0.hasPrefix("hash") } == 1)
        #expect(work.first?.contains("read password") == true)
    }

    @Test("Where too much waits to be hashed, the answer is to come back later, and nothing is counted")
    func busy() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        // A pool that holds its one thread and has room for none to wait.
        let pool = HashingPool(threads: 1, capacity: 0)
        let (started, starting) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        let holding = Task {
            try await pool.run {
                starting.yield()
                gate.wait()
            }
        }
        for await _ in started { break }
        let login = fixture.login(
            limits: AttemptLimits(person: 1), hasher: SecretHasher(pool: pool, keys: IdentityFixture.keys))
        let attempt = LoginAttempt.pin(username: "anna@example.org", pin: IdentityFixture.pin)
        for _ in 0..<3 {
            #expect(try await login.verify(attempt, under: fixture.circumstances()) == .failure(.unavailable))
        }
        gate.signal()
        try await holding.value
        #expect(
            try await fixture.login(limits: AttemptLimits(person: 1)).verify(attempt, under: fixture.circumstances())
                == .success("anna"))
    }

    @Test("Secrets are sealed, and a sealed one that was moved to another person does not open")
    func sealed() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let bytes = try await fixture.test.storedBytes()
        #expect(bytes.range(of: Data("person_secrets".utf8)) != nil)
        #expect(bytes.range(of: Data("$scrypt$".utf8)) == nil)
        try await fixture.test.database.change(
            """
            UPDATE person_secrets SET sealed_hash =
                (SELECT sealed_hash FROM person_secrets WHERE person_id = 'ben' AND kind = 'pin')
            WHERE person_id = 'anna' AND kind = 'pin'
            """)
        await #expect(throws: (any Error).self) { try await fixture.secrets.secret(.pin, of: "anna") }
        #expect(try await fixture.secrets.secret(.pin, of: "ben") != nil)
    }
}
