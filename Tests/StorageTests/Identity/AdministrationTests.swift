import IdentityRegistry
import PersonAuthentication
import RegistryRecords
import Testing

@testable import Storage

@Suite("Passwords and PINs set by operators and imports")
struct AdministrationTests {
    @Test("A secret is set, replaced and removed; for unknown people and against the rules it is not")
    func setting() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let administration = fixture.administration
        let (login, under) = (fixture.login(), fixture.circumstances())
        func works(_ pin: String) async throws -> Bool {
            try await login.verify(.pin(username: "A-100", pin: pin), under: under) == .success("anna")
        }
        _ = try await administration.set("8642", as: .pin, of: "anna").get()
        #expect(try await works("8642"))
        #expect(try await !works(IdentityFixture.pin))
        #expect(try await administration.remove(.pin, of: "anna"))
        #expect(try await !administration.remove(.pin, of: "anna"))
        #expect(try await !works("8642"))
        await #expect(throws: AuthenticatorRefusal.unknownPerson) {
            try await administration.set("8642", as: .pin, of: "nobody").get()
        }
        await #expect(throws: AuthenticatorRefusal.rule(.tooShort(minimum: 8))) {
            try await administration.set("short", as: .password, of: "anna").get()
        }
    }

    @Test("A person's methods are those that are offered and that the person can use")
    func methods() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        #expect(try await fixture.administration.methods(of: "anna") == [.knowledge, .password, .pin, .emailCode])
        _ = try await fixture.people().upsert([
            PersonRecord(id: "dan", fields: ["number": .text("D"), "phone": .text("+15550100"), "email": .text("")])
        ])
        #expect(try await fixture.administration.methods(of: "dan") == [.smsCode])
        #expect(try await fixture.administration.methods(of: "nobody") == nil)
        let none = AuthenticatorAdministration(
            settings: LoginSettings(), people: fixture.people(), index: fixture.index, secrets: fixture.secrets,
            hasher: fixture.hasher, passkeys: fixture.passkeys())
        #expect(try await none.methods(of: "anna") == [])
    }

    @Test("Imported secrets are hashed, and imported hashes taken as they are")
    func imported() async throws {
        let fixture = try await IdentityFixture()
        _ = try await fixture.people().upsert([IdentityFixture.person("anna", "A-100", "Anna", "2001-02-03")])
        fixture.work.clear()
        // As `hashlib.scrypt` of Python makes it of "elsewhere", with ln=12.
        let hash = try #require(
            ScryptHash("$scrypt$ln=12,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$bNTvBp79hk0v5K27xwwBJ4dzO2wPCPbs8eS18EuRG/Y"))
        let count = try await fixture.administration.store([
            ImportedSecrets(person: "anna", secrets: [.password: .hash(hash), .pin: .plain("2468")])
        ])
        #expect(count == 1)
        #expect(fixture.work.steps.count == 1)
        let login = fixture.login()
        for attempt in [
            LoginAttempt.password(username: "A-100", password: "elsewhere"), .pin(username: "A-100", pin: "2468"),
        ] {
            #expect(try await login.verify(attempt, under: fixture.circumstances()) == .success("anna"))
        }
        #expect(try await fixture.secrets.secret(.password, of: "anna") == hash)
        #expect(try await fixture.secrets.secret(.pin, of: "anna")?.pepperID != nil)
    }
}
