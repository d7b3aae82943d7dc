import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("What the browser brings")
struct AuthorizationAnswerTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: WalletRefusal
        let change: @Sendable (String) -> String

        init(_ description: String, _ refusal: WalletRefusal, _ change: @escaping @Sendable (String) -> String) {
            (testDescription, self.refusal, self.change) = (description, refusal, change)
        }
    }

    private static func replacing(_ old: String, _ new: String) -> @Sendable (String) -> String {
        { $0.replacing(old, with: new) }
    }

    /// Without the parameter of this name.
    private static func without(_ name: String) -> @Sendable (String) -> String {
        { answer in
            let query = answer.drop { $0 != "?" }.dropFirst().split(separator: "&").filter { !$0.hasPrefix(name + "=") }
            return redirectURI + "?" + query.joined(separator: "&")
        }
    }

    static let answers = [
        Answer("wrong state", .authorizationResponse(.wrongState)) { without("state")($0) + "&state=x" },
        Answer("no state", .authorizationResponse(.missingState), without("state")),
        Answer("no issuer", .authorizationResponse(.missingIssuer), without("iss")),
        Answer("another server's (mix-up)", .authorizationResponse(.wrongIssuer)) {
            without("iss")($0) + "&iss=https%3A%2F%2Fattacker.example"
        },
        Answer("neither", .authorizationResponse(.neitherCodeNorError), without("code")),
        Answer("both", .authorizationResponse(.codeAndError)) { $0 + "&error=access_denied" },
        Answer("twice", .authorizationResponse(.malformed)) { $0 + "&code=code-2" },
        Answer("denied", .declined, replacing("code=code-1", "error=access_denied")),
        Answer("denied by another server", .authorizationResponse(.wrongIssuer)) {
            without("iss")(without("code")($0)) + "&error=access_denied&iss=https%3A%2F%2Fattacker.example"
        },
        Answer(
            "error", .server(.authorization, ServerError(code: "server_error", description: "no [2J way")),
            replacing("code=code-1", "error=server_error&error_description=no%1B%20[2J%22%20way")),
        Answer("another port", .foreignRedirect, replacing(":4711", ":4712")),
        Answer("another host", .foreignRedirect, replacing("127.0.0.1", "attacker.example")),
        Answer("another path", .foreignRedirect, replacing("/callback?", "/callback/x?")),
        Answer("no answer", .foreignRedirect) { _ in redirectURI },
        Answer("in a fragment", .foreignRedirect, replacing("?", "#")),
        Answer("the query alone", .foreignRedirect) { String($0.drop { $0 != "?" }) },
        Answer("nothing", .foreignRedirect) { _ in "" },
    ]

    @Test("An answer that is not to be trusted is refused for what it is, and no code is spent", arguments: answers)
    func answer(answer: Answer) async throws {
        let issuer = FakeIssuer.withLogin()
        let pending = try await beginLogin(issuer)
        let address = answer.change(issuer.authorizationServer.answer())
        await #expect(throws: answer.refusal) {
            try await loginIssuance(issuer).finish(pending, redirectedTo: address)
        }
        #expect(issuer.requests(to: "/token").isEmpty)
        #expect(answer.refusal.sentence.hasSuffix("."))
        #expect(!answer.refusal.sentence.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test("A server that does not name itself may leave its name out, but not give another")
    func unnamed() async throws {
        let change: @Sendable (inout FakeIssuer.Behaviour) -> Void = {
            $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                "authorization_response_iss_parameter_supported", nil)
        }
        let issuer = FakeIssuer.withLogin(change)
        let pending = try await beginLogin(issuer)
        let answer = Self.without("iss")(issuer.authorizationServer.answer())
        await #expect(throws: WalletRefusal.authorizationResponse(.wrongIssuer)) {
            try await loginIssuance(issuer).finish(
                pending, redirectedTo: answer + "&iss=https%3A%2F%2Fattacker.example")
        }
        let authorized = try await loginIssuance(issuer).finish(pending, redirectedTo: answer)
        #expect(authorized.configurationIDs == ["sd", "w3c"])
    }

    @Test("A redirect URI with a query is matched with it")
    func redirectWithQuery() async throws {
        let issuer = FakeIssuer.withLogin()
        let wallet = loginIssuance(issuer)
        let wanted = try await wallet.open(issuer: FakeIssuer.url, configurationIDs: ["sd"])
        let pending = try await wallet.begin(wanted, redirectURI: redirectURI + "?wallet=1")
        let answer = issuer.authorizationServer.answer()
        #expect(answer.hasPrefix(redirectURI + "?wallet=1&code="))
        await #expect(throws: WalletRefusal.foreignRedirect) {
            try await wallet.finish(pending, redirectedTo: answer.replacing("wallet=1&", with: ""))
        }
        #expect(try await wallet.finish(pending, redirectedTo: answer).configurationIDs == ["sd"])
    }

    @Test("Time is up at the second it says")
    func expired() async throws {
        let issuer = FakeIssuer.withLogin()
        let pending = try await beginLogin(issuer)
        let answer = issuer.authorizationServer.answer()
        await #expect(throws: WalletRefusal.authorizationOver) {
            try await loginIssuance(issuer, now: pending.expiresAt).finish(pending, redirectedTo: answer)
        }
        #expect(issuer.requests(to: "/token").isEmpty)
        // The server's clock is that of the first request, and the proof is not too far ahead of it.
        let late = loginIssuance(issuer, now: FakeIssuer.now + 20)
        #expect(try await late.finish(pending, redirectedTo: answer).configurationIDs == ["sd", "w3c"])
    }

    @Test("An answer that comes a second time gets nothing")
    func replayed() async throws {
        let issuer = FakeIssuer.withLogin()
        let pending = try await beginLogin(issuer)
        let answer = issuer.authorizationServer.answer()
        _ = try await loginIssuance(issuer).finish(pending, redirectedTo: answer)
        await #expect(
            throws: WalletRefusal.server(.token, ServerError(code: "invalid_grant", description: nil, status: 400))
        ) { try await loginIssuance(issuer).finish(pending, redirectedTo: answer) }
    }

    @Test("The answer to one request is none to another")
    func crossed() async throws {
        let issuer = FakeIssuer.withLogin()
        let first = try await beginLogin(issuer)
        let answer = issuer.authorizationServer.answer()
        let second = try await beginLogin(issuer)
        await #expect(throws: WalletRefusal.authorizationResponse(.wrongState)) {
            try await loginIssuance(issuer).finish(second, redirectedTo: answer)
        }
        #expect(first.state != second.state)
    }
}
