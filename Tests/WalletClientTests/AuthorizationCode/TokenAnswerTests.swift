import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("What the token endpoint answers")
struct TokenAnswerTests {
    struct Token: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: WalletRefusal
        let token: JSONObject

        init(_ description: String, _ refusal: WalletRefusal, _ token: JSONObject) {
            (testDescription, self.refusal, self.token) = (description, refusal, token)
        }
    }

    private static func details(_ id: String, _ identifiers: JSON?) -> JSON {
        var detail: JSONObject = ["type": "openid_credential", "credential_configuration_id": .string(id)]
        detail["credential_identifiers"] = identifiers
        return [.object(detail)]
    }

    static let tokens = [
        Token("downgraded to bearer", .tokenNotBound, ["token_type": "Bearer"]),
        Token("of another kind", .unsupportedTokenType, ["token_type": "N_A"]),
        Token("of no kind", .malformedAnswer(.token), ["token_type": nil]),
        Token("empty", .malformedAnswer(.token), ["access_token": ""]),
        Token("without details", .malformedAnswer(.token), ["authorization_details": nil]),
        Token("with no details", .malformedAnswer(.token), ["authorization_details": []]),
        Token("for another credential", .otherCredentialsGranted, ["authorization_details": details("x", ["x-1"])]),
        Token("without identifiers", .malformedAnswer(.token), ["authorization_details": details("sd", nil)]),
        Token("with empty identifiers", .malformedAnswer(.token), ["authorization_details": details("sd", [])]),
        Token(
            "of another type", .otherCredentialsGranted,
            ["authorization_details": [["type": "payment_initiation"]]]),
        Token("with a foreign ID token", .foreignIDToken, ["id_token": "e30.eyJub25jZSI6IngifQ.c2ln"]),
        Token("with an unreadable ID token", .foreignIDToken, ["id_token": "x"]),
    ]

    @Test("A token that is not what was asked for is not used", arguments: tokens)
    func token(token: Token) async throws {
        let issuer = FakeIssuer.withLogin { $0.login.token = token.token }
        await #expect(throws: token.refusal) { try await loginOutcome(issuer) }
        #expect(issuer.requests(to: "/credential").isEmpty)
        #expect(token.refusal.sentence.hasSuffix("."))
    }

    @Test(
        "A refusal of the token endpoint is passed on",
        arguments: [
            (
                FakeAuthorizationServer.error("invalid_grant"),
                ServerError(code: "invalid_grant", description: nil, status: 400)
            ),
            (
                FakeAuthorizationServer.error("invalid_client", status: 401),
                ServerError(code: "invalid_client", description: nil, status: 401)
            ),
        ])
    func tokenRefused(response: ExchangeResponse, error: ServerError) async throws {
        let issuer = FakeIssuer.withLogin { $0.login.answers["/token"] = response }
        await #expect(throws: WalletRefusal.server(.token, error)) { try await loginOutcome(issuer) }
        #expect(issuer.requests(to: "/token").count == 1)
    }

    @Test("A use_dpop_nonce without a nonce is not repeated")
    func nonceMissing() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.login.answers["/token"] = FakeAuthorizationServer.error("use_dpop_nonce")
        }
        await #expect(throws: WalletRefusal.self) { try await loginOutcome(issuer) }
        #expect(issuer.requests(to: "/token").count == 1)
    }
}
