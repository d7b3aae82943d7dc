import Foundation
import PersonAuthentication
import SQLStatements
import Testing
import WebAuthn
import WireFormats

@testable import IdentityRegistry
@testable import Storage

@Suite("Passkeys")
struct PasskeyTests {
    private static let challenge = Array(UInt8(1)...32)

    private func registration(
        _ fixture: IdentityFixture, over database: (any SQLDatabase)? = nil
    ) -> PasskeyRegistration {
        PasskeyRegistration(
            store: fixture.passkeys(over: database), relyingParty: fixture.relyingParty, keys: IdentityFixture.keys)
    }

    private func options(
        _ fixture: IdentityFixture, for person: String = "anna"
    ) async throws -> [UInt8] {
        try await registration(fixture).options(
            for: person, accountName: "\(person)@example.org", displayName: "Ánna", at: fixture.now)
    }

    @discardableResult
    private func add(
        _ authenticator: SoftAuthenticator, to person: String = "anna", _ fixture: IdentityFixture
    ) async throws -> OwnedPasskey {
        try await registration(fixture).register(
            authenticator.create(options(fixture, for: person)), for: person, named: "Telephone", at: fixture.now
        ).get()
    }

    private func handle(_ fixture: IdentityFixture, of person: String = "anna") async throws -> [UInt8] {
        try #require(try await fixture.passkeys().handle(of: person)).bytes
    }

    @Test("A passkey that was added shows who it is, by itself")
    func right() async throws {
        let fixture = try await IdentityFixture()
        var authenticator = SoftAuthenticator()
        try await add(authenticator, fixture)
        fixture.advance(60)
        for count in [UInt32(1), 2, 7] {
            authenticator.signCount = count
            let answer = try await authenticator.get(Self.challenge, user: handle(fixture))
            #expect(
                try await fixture.login().verify(
                    .passkey(answer: answer, challenge: Self.challenge), under: fixture.circumstances())
                    == .success("anna"))
        }
        let listed = try await registration(fixture).passkeys(of: "anna")
        #expect(listed.map(\.name) == ["Telephone"])
        #expect(listed.map(\.addedAt) == [TestDatabase.now])
        #expect(listed.map(\.lastUsedAt) == [fixture.now])
        #expect(listed.map(\.credential.signCount) == [7])
    }

    @Test("What authenticators keep of a person is random, the same for all of their passkeys, and no one else's")
    func handles() async throws {
        let fixture = try await IdentityFixture()
        let first = try JSON(parsing: try await options(fixture))
        let second = try JSON(parsing: try await options(fixture))
        let bens = try JSON(parsing: try await options(fixture, for: "ben"))
        let id = first["user"]?["id"]?.string
        #expect(id != nil && id == second["user"]?["id"]?.string && id != bens["user"]?["id"]?.string)
        #expect(first["challenge"] != second["challenge"])
        #expect(first["rp"]?["id"] == "localhost")
        #expect(first["user"]?["name"] == "anna@example.org")
        #expect(try await handle(fixture).count == 32)
    }

    @Test("Options to log in name the person's passkeys only where an earlier factor has said who it is")
    func assertionOptions() async throws {
        let fixture = try await IdentityFixture()
        try await add(SoftAuthenticator(), fixture)
        let login = fixture.login()
        let anybody = try JSON(parsing: try await login.passkeyOptions(challenge: Self.challenge, person: nil))
        #expect(anybody["allowCredentials"] == [])
        #expect(anybody["challenge"] == .string(Base64URL.encode(Self.challenge)))
        #expect(anybody["rpId"] == "localhost" && anybody["userVerification"] == "required")
        let annas = try JSON(parsing: try await login.passkeyOptions(challenge: Self.challenge, person: "anna"))
        #expect(annas["allowCredentials"]?.array?.count == 1)
        #expect(annas["allowCredentials"]?.array?[0]["transports"] == ["internal"])
        let again = try JSON(parsing: try await options(fixture))
        #expect(again["excludeCredentials"] == annas["allowCredentials"])
    }

    @Test("Every other answer is wrong")
    func wrong() async throws {
        let fixture = try await IdentityFixture()
        var authenticator = SoftAuthenticator()
        authenticator.signCount = 5
        try await add(authenticator, fixture)
        try await add(SoftAuthenticator(9), to: "ben", fixture)
        let annas = try await handle(fixture)
        authenticator.signCount = 6
        var elsewhere = authenticator
        elsewhere.origin = "http://localhost:9090"
        var cloned = authenticator
        cloned.signCount = 5
        let other = [UInt8](repeating: 7, count: 32)
        let answers: [[UInt8]] = [
            [], Array("{}".utf8), try authenticator.get(other, user: annas),
            try elsewhere.get(Self.challenge, user: annas),
            try cloned.get(Self.challenge, user: annas), try authenticator.get(Self.challenge, user: nil),
            try await authenticator.get(Self.challenge, user: handle(fixture, of: "ben")),
            // Unknown, and not the key that was added under this identifier.
            try SoftAuthenticator(2).get(Self.challenge, user: annas),
            try SoftAuthenticator(1).get(Self.challenge, user: annas),
        ]
        let login = fixture.login()
        for (number, answer) in answers.enumerated() {
            #expect(
                try await login.verify(
                    .passkey(answer: answer, challenge: Self.challenge), under: fixture.circumstances())
                    == .failure(.wrong), "\(number)")
        }
        let right = LoginAttempt.passkey(
            answer: try authenticator.get(Self.challenge, user: annas), challenge: Self.challenge)
        #expect(
            try await login.verify(right, under: fixture.circumstances(person: "ben")) == .failure(.wrong))
        #expect(
            try await login.verify(right, under: fixture.circumstances(person: "nobody")) == .failure(.wrong))
        #expect(
            try await login.verify(.passkey(answer: [], challenge: [1]), under: fixture.circumstances())
                == .failure(.wrong))
        #expect(
            try await login.verify(right, under: fixture.circumstances(person: "anna")) == .success("anna"))
    }

    @Test("Of 64 who use one answer of a counting authenticator at once, one is taken")
    func race() async throws {
        let fixture = try await IdentityFixture()
        var authenticator = SoftAuthenticator()
        authenticator.signCount = 1
        try await add(authenticator, fixture)
        authenticator.signCount = 2
        let answer = try await authenticator.get(Self.challenge, user: handle(fixture))
        let under = fixture.circumstances()
        let results = try await fixture.race(64) { _, login in
            try await login.verify(.passkey(answer: answer, challenge: Self.challenge), under: under)
        }
        #expect(results.count { $0 == .success("anna") } == 1)
        #expect(results.count { $0 == .failure(.wrong) } == 63)
    }

    @Test("Wrong answers count against address and client, and a right one against nobody")
    func limits() async throws {
        let fixture = try await IdentityFixture()
        try await add(SoftAuthenticator(), fixture)
        let login = fixture.login(limits: AttemptLimits(address: 2))
        for _ in 0..<2 {
            #expect(
                try await login.verify(.passkey(answer: [], challenge: Self.challenge), under: fixture.circumstances())
                    == .failure(.wrong))
        }
        #expect(
            try await login.verify(.passkey(answer: [], challenge: Self.challenge), under: fixture.circumstances())
                == .failure(.tooManyAttempts(retryAfter: 900)))
    }

    @Test("A challenge is for one person and for ten minutes")
    func challenges() async throws {
        let fixture = try await IdentityFixture()
        let registration = registration(fixture)
        let answer = try await SoftAuthenticator().create(options(fixture))
        #expect(
            try await registration.register(answer, for: "ben", named: "x", at: fixture.now)
                == .failure(.challenge))
        #expect(
            try await registration.register(answer, for: "anna", named: "x", at: fixture.now.addingTimeInterval(600))
                == .failure(.challenge))
        for bytes in [[], Array("[]".utf8), try SoftAuthenticator().create(Array(#"{"challenge":"AAAA"}"#.utf8))] {
            #expect(
                try await registration.register(bytes, for: "anna", named: "x", at: fixture.now) == .failure(.challenge)
            )
        }
        _ = try await registration.register(
            answer, for: "anna", named: "x", at: fixture.now.addingTimeInterval(599)
        ).get()
    }

    @Test("A passkey is nobody else's too, and is added once")
    func known() async throws {
        let fixture = try await IdentityFixture()
        let authenticator = SoftAuthenticator()
        try await add(authenticator, fixture)
        for person in ["anna", "ben"] {
            let answer = try await authenticator.create(options(fixture, for: person))
            #expect(
                try await registration(fixture).register(answer, for: person, named: "x", at: fixture.now)
                    == .failure(.known))
        }
    }

    @Test("Answers that WebAuthn refuses are refused for its reason; names are short and visible")
    func refused() async throws {
        let fixture = try await IdentityFixture()
        var elsewhere = SoftAuthenticator()
        elsewhere.origin = "https://evil.example.org"
        let registration = registration(fixture)
        #expect(
            try await registration.register(
                elsewhere.create(options(fixture)), for: "anna", named: "x", at: fixture.now)
                == .failure(.answer(.wrongOrigin)))
        for name in ["", "  ", "a\nb", String(repeating: "a", count: 65)] {
            #expect(
                try await registration.register(
                    SoftAuthenticator().create(options(fixture)), for: "anna", named: name, at: fixture.now)
                    == .failure(.name))
        }
    }

    @Test("Twenty at the most, even at once and in two processes")
    func limit() async throws {
        let fixture = try await IdentityFixture()
        let registrations = [registration(fixture), registration(fixture, over: fixture.test.otherProcess)]
        var answers: [[UInt8]] = []
        for number in UInt8(1)...30 { answers.append(try await SoftAuthenticator(number).create(options(fixture))) }
        let now = fixture.now
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (number, answer) in answers.enumerated() {
                group.addTask {
                    let result = try await registrations[number % 2].register(answer, for: "anna", named: "x", at: now)
                    if case .failure(let refusal) = result { #expect(refusal == .tooMany(maximum: 20)) }
                    return (try? result.get()) != nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(results == 20)
        #expect(try await registrations[0].passkeys(of: "anna").count == 20)
    }

    @Test("Their owner can remove them, and nobody else; then they are of no use")
    func removal() async throws {
        let fixture = try await IdentityFixture()
        var authenticator = SoftAuthenticator()
        let passkey = try await add(authenticator, fixture)
        let registration = registration(fixture)
        #expect(try await !registration.remove(passkey.id, of: "ben"))
        #expect(try await !registration.remove("AAAA", of: "anna"))
        #expect(try await !registration.remove("?", of: "anna"))
        #expect(try await registration.remove(passkey.id, of: "anna"))
        #expect(try await !registration.remove(passkey.id, of: "anna"))
        authenticator.signCount = 1
        let answer = try await authenticator.get(Self.challenge, user: handle(fixture))
        #expect(
            try await fixture.login().verify(
                .passkey(answer: answer, challenge: Self.challenge), under: fixture.circumstances())
                == .failure(.wrong))
    }

    @Test("Passkeys hold across a restart; their names are sealed")
    func persistence() async throws {
        let fixture = try await IdentityFixture()
        var authenticator = SoftAuthenticator()
        _ = try await registration(fixture).register(
            authenticator.create(options(fixture)), for: "anna", named: "Quinemarkerphone", at: fixture.now
        ).get()
        let file = try await fixture.test.storedBytes()
        #expect(file.range(of: Data(authenticator.credentialID)) != nil)
        #expect(file.range(of: Data("Quinemarkerphone".utf8)) == nil)
        await fixture.test.database.close()
        authenticator.signCount = 1
        let login = fixture.login(over: fixture.test.otherProcess)
        let user = try await SQLPasskeyStore(database: fixture.test.otherProcess, sealer: fixture.test.sealer)
            .handle(of: "anna")
        let answer = try authenticator.get(Self.challenge, user: #require(user).bytes)
        #expect(
            try await login.verify(
                .passkey(answer: answer, challenge: Self.challenge), under: fixture.circumstances())
                == .success("anna"))
    }
}
