import Foundation
import PersonAuthentication
import RegistryRecords
import SQLStatements
import Synchronization
import Testing

@testable import IdentityRegistry
@testable import Storage

@Suite("Logging in with a one-time code")
struct CodeLoginTests {
    private static let anna = CodeRecipient.username("anna@example.org")

    private struct Sent {
        let ticket: String
        let code: String
    }

    /// Has a code sent to Anna.
    private func send(_ fixture: IdentityFixture, to recipient: CodeRecipient = anna) async throws -> Sent {
        let login = fixture.login()
        let ticket = try await login.sendCode(by: .emailCode, to: recipient, under: fixture.circumstances()).get()
        return Sent(ticket: ticket, code: try #require(try await fixture.sent(by: login).last).code)
    }

    @Test("The code that was sent to the registered address shows who it is, once")
    func right() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let sent = try await send(fixture)
        #expect(
            fixture.mail.messages.withLock { $0 }
                == [Outbox.Message(code: sent.code, method: .emailCode, address: "anna@example.org")])
        let attempt = LoginAttempt.code(sent: sent.ticket, code: " \(sent.code.prefix(3)) \(sent.code.suffix(3)) ")
        #expect(try await fixture.login().verify(attempt, under: fixture.circumstances()) == .success("anna"))
        #expect(try await fixture.login().verify(attempt, under: fixture.circumstances()) == .failure(.codeOver))
        #expect(try await fixture.test.count("SELECT COALESCE(SUM(count), 0) FROM login_attempts WHERE count > 1") == 0)
    }

    @Test("A code holds as long as it was made for")
    func expiry() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let (first, second) = (try await send(fixture), try await send(fixture))
        fixture.advance(599.9)
        #expect(
            try await fixture.login().verify(
                .code(sent: first.ticket, code: first.code), under: fixture.circumstances()) == .success("anna"))
        fixture.advance(0.1)
        #expect(
            try await fixture.login().verify(
                .code(sent: second.ticket, code: second.code), under: fixture.circumstances()) == .failure(.codeOver))
    }

    @Test("After five wrong answers the right one is of no use")
    func tries() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let sent = try await send(fixture)
        let login = fixture.login()
        let wrong = LoginAttempt.code(sent: sent.ticket, code: sent.code == "000000" ? "000001" : "000000")
        for _ in 0..<5 {
            #expect(try await login.verify(wrong, under: fixture.circumstances()) == .failure(.wrong))
        }
        let right = LoginAttempt.code(sent: sent.ticket, code: sent.code)
        #expect(try await login.verify(right, under: fixture.circumstances()) == .failure(.codeOver))
    }

    @Test("Of 64 right answers at once, in two processes, exactly one is taken")
    func raceRight() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let sent = try await send(fixture)
        let under = fixture.circumstances()
        let results = try await fixture.race(64, limits: AttemptLimits(person: 1000)) { _, login in
            try await login.verify(.code(sent: sent.ticket, code: sent.code), under: under)
        }
        #expect(results.count { $0 == .success("anna") } == 1)
        #expect(results.count { $0 == .failure(.codeOver) } == 63)
    }

    @Test("Of 64 wrong answers at once five are told so, and no more")
    func raceWrong() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let sent = try await send(fixture)
        let under = fixture.circumstances()
        let results = try await fixture.race(64, limits: AttemptLimits(person: 1000)) { _, login in
            try await login.verify(.code(sent: sent.ticket, code: "x"), under: under)
        }
        #expect(results.count { $0 == .failure(.wrong) } == 5)
        #expect(results.count { $0 == .failure(.codeOver) } == 59)
        let right = LoginAttempt.code(sent: sent.ticket, code: sent.code)
        #expect(try await fixture.login().verify(right, under: under) == .failure(.codeOver))
    }

    @Test("Right and wrong answers at once: at most one is taken, and at most five are told wrong")
    func raceMixed() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let sent = try await send(fixture)
        let under = fixture.circumstances()
        let results = try await fixture.race(64, limits: AttemptLimits(person: 1000)) { number, login in
            let code = number % 4 < 2 ? sent.code : "x"
            return try await login.verify(.code(sent: sent.ticket, code: code), under: under)
        }
        #expect(results.count { $0 == .success("anna") } <= 1)
        #expect(results.count { $0 == .failure(.wrong) } <= 5)
        #expect(results.count { $0 != .failure(.codeOver) } <= 6)
    }

    @Test("Whether there is somebody to send a code to shows neither in the answer nor in the work done for it")
    func nobody() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        var work: Set<[String]> = []
        let login = fixture.login()
        for username in ["anna@example.org", "nobody@example.org", ""] {
            fixture.work.clear()
            let ticket = try await login.sendCode(
                by: .emailCode, to: .username(username), under: fixture.circumstances()
            ).get()
            for _ in 0..<5 {
                #expect(
                    try await login.verify(.code(sent: ticket, code: "x"), under: fixture.circumstances())
                        == .failure(.wrong))
            }
            #expect(
                try await login.verify(.code(sent: ticket, code: "x"), under: fixture.circumstances())
                    == .failure(.codeOver))
            work.insert(fixture.work.steps)
        }
        #expect(work.count == 1)
        #expect(try await fixture.sent(by: login).map(\.address) == ["anna@example.org"])
        let lengths = try await fixture.test.database.all(
            "SELECT DISTINCT LENGTH(sealed_person), LENGTH(code_mac) FROM one_time_codes"
        ) { $0 }
        #expect(lengths.count == 1)
    }

    @Test(
        "Texts that are no tickets of ours are over, and cost no question of the database",
        arguments: ["", "x", String(repeating: "A", count: 48)])
    func strangeTickets(ticket: String) async throws {
        let fixture = try await IdentityFixture()
        #expect(
            try await fixture.login().verify(.code(sent: ticket, code: "123456"), under: fixture.circumstances())
                == .failure(.codeOver))
        #expect(fixture.work.steps == [])
    }

    @Test("A code of one person is of no use for another, nor with another code's ticket")
    func otherPerson() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let annas = try await send(fixture)
        let bens = try await send(fixture, to: .person("ben"))
        #expect(fixture.mail.messages.withLock { $0.map(\.address) } == ["anna@example.org", "ben@example.org"])
        if annas.code != bens.code {
            #expect(
                try await fixture.login().verify(
                    .code(sent: annas.ticket, code: bens.code), under: fixture.circumstances()) == .failure(.wrong))
        }
        #expect(
            try await fixture.login().verify(
                .code(sent: bens.ticket, code: bens.code), under: fixture.circumstances(person: "anna"))
                == .failure(.wrong))
        #expect(
            try await fixture.login().verify(
                .code(sent: annas.ticket, code: annas.code), under: fixture.circumstances(person: "anna"))
                == .success("anna"))
    }

    @Test("Three codes are sent to one person in ten minutes by one method; more are not, and strangers are not told")
    func sends() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login()
        var work: Set<[String]> = []
        for _ in 0..<5 {
            fixture.work.clear()
            _ = try await login.sendCode(by: .emailCode, to: Self.anna, under: fixture.circumstances()).get()
            work.insert(fixture.work.steps)
        }
        #expect(work.count == 1)
        // Identified people are told.
        for _ in 0..<3 {
            _ = try await login.sendCode(by: .emailCode, to: .person("ben"), under: fixture.circumstances()).get()
        }
        #expect(
            try await login.sendCode(by: .emailCode, to: .person("ben"), under: fixture.circumstances())
                == .failure(.tooManyAttempts(retryAfter: 600)))
        // Strangers do not use up what her own device may ask for.
        let own = fixture.circumstances(device: IdentityFixture.annasDevice)
        for _ in 0..<3 { _ = try await login.sendCode(by: .emailCode, to: Self.anna, under: own).get() }
        #expect(
            try await login.sendCode(by: .emailCode, to: Self.anna, under: own)
                == .failure(.tooManyAttempts(retryAfter: 600)))
        fixture.advance(600)
        _ = try await login.sendCode(by: .emailCode, to: Self.anna, under: fixture.circumstances()).get()
        let addresses = try await fixture.sent(by: login).map(\.address)
        #expect(addresses.count { $0 == "anna@example.org" } == 7)
        #expect(addresses.count { $0 == "ben@example.org" } == 3)
    }

    @Test("Strangers who go on asking are told, in the same way whether anybody has the username or not")
    func requests() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(limits: AttemptLimits(person: 5))
        for username in ["anna@example.org", "nobody@example.org"] {
            for number in 0..<7 {
                let result = try await login.sendCode(
                    by: .emailCode, to: .username(username), under: fixture.circumstances())
                let isTold = result == .failure(.tooManyAttempts(retryAfter: 900))
                #expect(isTold == (number >= 5), "\(number)")
            }
            _ = try await login.sendCode(by: .smsCode, to: .username(username), under: fixture.circumstances()).get()
        }
        #expect(try await fixture.sent(by: login).count == 3)
    }

    @Test("Nobody can have codes sent to everybody from one address")
    func sendsByAddress() async throws {
        let fixture = try await IdentityFixture()
        let login = fixture.login(limits: AttemptLimits(address: 2))
        for number in 0..<20 {
            _ = try await login.sendCode(
                by: .emailCode, to: .username("user \(number)"), under: fixture.circumstances()
            ).get()
        }
        #expect(
            try await login.sendCode(by: .emailCode, to: .username("user 21"), under: fixture.circumstances())
                == .failure(.tooManyAttempts(retryAfter: 900)))
        _ = try await login.sendCode(
            by: .emailCode, to: .username("user 21"), under: fixture.circumstances(address: "127.0.0.1")
        ).get()
    }

    @Test("Wrong codes count against the person they are for, and then none is sent or checked")
    func counted() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let limits = AttemptLimits(person: 3, address: 1000, client: 1000)
        let login = fixture.login(limits: limits)
        let ticket = try await login.sendCode(by: .emailCode, to: Self.anna, under: fixture.circumstances()).get()
        for _ in 0..<3 {
            _ = try await login.verify(.code(sent: ticket, code: "x"), under: fixture.circumstances())
        }
        let blocked = Result<String, LoginRefusal>.failure(.tooManyAttempts(retryAfter: 900))
        #expect(try await login.verify(.code(sent: ticket, code: "x"), under: fixture.circumstances()) == blocked)
        #expect(try await login.sendCode(by: .emailCode, to: Self.anna, under: fixture.circumstances()) == blocked)
        // Other methods are counted for themselves.
        let pin = LoginAttempt.pin(username: "anna@example.org", pin: IdentityFixture.pin)
        #expect(try await login.verify(pin, under: fixture.circumstances()) == .success("anna"))
        _ = try await login.sendCode(by: .smsCode, to: Self.anna, under: fixture.circumstances()).get()
        let own = fixture.circumstances(device: IdentityFixture.annasDevice)
        _ = try await login.sendCode(by: .emailCode, to: Self.anna, under: own).get()
    }

    @Test("Codes by text message go to the number, for as long as those hold")
    func textMessage() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        var record = IdentityFixture.person("dan", "D-400", "Dan", "2003-01-01")
        record.fields["phone"] = .text("+15550100")
        _ = try await fixture.people().upsert([record])
        let login = fixture.login()
        let ticket = try await login.sendCode(
            by: .smsCode, to: .username("D-400"), under: fixture.circumstances()
        ).get()
        let sent = try await fixture.sent(by: login)
        #expect(sent.map(\.address) == ["+15550100"])
        #expect(sent.map(\.method) == [.smsCode])
        fixture.advance(300)
        #expect(
            try await login.verify(.code(sent: ticket, code: sent[0].code), under: fixture.circumstances())
                == .failure(.codeOver))
    }

    @Test("What cannot be sent is reported without saying whose it was")
    func undeliverable() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        fixture.mail.isBroken.store(true, ordering: .relaxed)
        let login = fixture.login()
        for method in [LoginMethod.emailCode, .smsCode] {
            _ = try await login.sendCode(by: method, to: Self.anna, under: fixture.circumstances()).get()
        }
        #expect(try await fixture.sent(by: login) == [])
        #expect(
            Set(fixture.mail.failures.withLock { $0.map(\.description) }) == [
                "email_code: Bounce()", "sms_code: the person has no address in the registry",
            ])
    }

    @Test("Where too many codes wait to be sent, the answer is to come back later")
    func full() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let login = fixture.login(capacity: 2)
        for username in ["anna@example.org", "nobody"] {
            _ = try await login.sendCode(
                by: .emailCode, to: .username(username), under: fixture.circumstances()
            ).get()
        }
        for username in ["ben@example.org", "nobody else"] {
            #expect(
                try await login.sendCode(by: .emailCode, to: .username(username), under: fixture.circumstances())
                    == .failure(.unavailable))
        }
        #expect(try await fixture.sent(by: login).count == 1)
    }

    @Test("A code that was sent before a restart holds after it")
    func persistence() async throws {
        let fixture = try await IdentityFixture()
        try await fixture.addPeople()
        let sent = try await send(fixture)
        await fixture.test.database.close()
        let reopened = try await fixture.test.reopen()
        let attempt = LoginAttempt.code(sent: sent.ticket, code: sent.code)
        #expect(
            try await fixture.login(over: reopened).verify(attempt, under: fixture.circumstances())
                == .success("anna"))
        #expect(
            try await fixture.login(over: fixture.test.otherProcess).verify(attempt, under: fixture.circumstances())
                == .failure(.codeOver))
        await reopened.close()
    }

    @Test("Neither codes nor whose they are stand in the database")
    func sealed() async throws {
        let fixture = try await IdentityFixture()
        _ = try await fixture.people().upsert([
            IdentityFixture.person("Zubeida-77", "Z-1", "Zubeida", "2001-02-03")
        ])
        let sent = try await send(fixture, to: .username("Z-1"))
        let row = try await fixture.test.database.first("SELECT sealed_person, code_mac FROM one_time_codes") {
            $0.bytes(0) + $0.bytes(1)
        }
        let bytes = Data(try #require(row))
        #expect(bytes.range(of: Data("Zubeida-77".utf8)) == nil)
        #expect(bytes.range(of: Data(sent.code.utf8)) == nil)
    }
}
