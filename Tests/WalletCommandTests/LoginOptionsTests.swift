import ArgumentParser
import Testing
import WalletClient

@testable import vouchsafe

@Suite("Options of a login")
struct LoginOptionsTests {
    @Test("Answers are fields with values, which may have anything in them")
    func answers() throws {
        let options = try LoginOptions.parse([
            "--headless", "--method", "password", "--method", "email_code", "--login", "username=ana", "password=a=b c",
            "--login", "code=",
        ])
        #expect(options.answers.methods == ["password", "email_code"])
        #expect(options.answers.fields == ["username": "ana", "password": "a=b c", "code": ""])
        #expect(options.answers.consent == .allow(.everything, remember: "365d"))
        #expect(options.clientID == "vouchsafe-wallet")
    }

    @Test(
        "What makes no sense is refused",
        arguments: [
            ["--login", "username=ana"], ["--method", "pin"], ["--headless", "--login", "username"],
            ["--headless", "--login", "=x"], ["--headless", "--login", "a=1", "a=2"],
        ])
    func refused(arguments: [String]) {
        #expect(throws: (any Error).self) { try LoginOptions.parse(arguments) }
    }

    @Test("A request names issuer and credentials")
    func request() throws {
        let command = try WalletRequestCommand.parse([
            "https://issuer.example", "--credential", "a", "--credential", "b", "--scope", "--client-id", "w", "--yes",
        ])
        #expect(command.credential == ["a", "b"])
        #expect(command.style == .scope)
        #expect(command.loginOptions.clientID == "w")
        #expect(try WalletRequestCommand.parse(["https://issuer.example", "--credential", "a"]).style == .details)
        for arguments in [
            ["https://issuer.example"], ["--credential", "a"], ["i", "--credential", "a", "--credential", "a"],
        ] {
            #expect(throws: (any Error).self) { try WalletRequestCommand.parse(arguments) }
        }
    }
}
