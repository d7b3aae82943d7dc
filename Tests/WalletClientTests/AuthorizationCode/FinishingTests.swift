import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("Finishing a login")
struct FinishingTests {
    @Test("The answer of the login becomes credentials, each for a key of its own, under a token that is bound")
    func whole() async throws {
        let issuer = FakeIssuer.withLogin()
        let outcome = try await loginOutcome(issuer)
        #expect(outcome.refused.map(\.refusal) == [])
        #expect(outcome.received.map(\.offered.configurationID) == ["sd", "w3c"])
        for received in outcome.received {
            #expect(received.report.isValid)
            #expect(received.content.holderKey == received.key?.publicKey)
            #expect(received.renewal?.refreshToken == FakeAuthorizationServer.refreshToken)
            #expect(received.renewal?.authorizationServer == FakeIssuer.server)
        }
        #expect(outcome.received.map(\.renewal?.credentialIdentifier) == ["sd-2026", "w3c-2026"])
        let bodies = issuer.requests(to: "/credential").compactMap { try? JSON(parsing: $0.body) }
        #expect(bodies.compactMap { $0["credential_identifier"]?.string } == ["sd-2026", "w3c-2026"])
        #expect(bodies.allSatisfy { $0["credential_configuration_id"] == nil })
        let proof = try #require(bodies[0]["proofs"]?["jwt"]?.array?.first?.string)
        #expect(try JSON(parsing: UnverifiedJWS(parsing: proof).payload)["iss"] == "wallet")
        #expect(issuer.requests(to: "/token").count == 1)
        let form = try FormParameters(parsing: issuer.requests(to: "/token")[0].body)
        #expect(form["redirect_uri"] == redirectURI)
        #expect(form["client_id"] == "wallet")
    }

    @Test("One credential at a time, and none that was not granted")
    func fetch() async throws {
        let issuer = FakeIssuer.withLogin { $0.login.identifiers = ["sd": "sd-2026"] }
        let pending = try await beginLogin(issuer)
        let wallet = loginIssuance(issuer)
        let authorized = try await wallet.finish(pending, redirectedTo: issuer.authorizationServer.answer())
        #expect(authorized.configurationIDs == ["sd"])
        #expect(authorized.isRenewable)
        #expect(try await wallet.fetch(authorized, "sd").offered.configurationID == "sd")
        for id in ["w3c", "x"] {
            await #expect(throws: WalletRefusal.notGranted(configurationID: id)) {
                try await wallet.fetch(authorized, id)
            }
        }
    }

    @Test("Asked by scope, credentials go by configuration, and scopes that were not granted give none")
    func scopes() async throws {
        var configurations = FakeIssuer.metadata["credential_configurations_supported"]?.object ?? [:]
        for id in ["sd", "w3c"] {
            var configuration = configurations[id]?.object ?? [:]
            configuration["scope"] = .string("scope-" + id)
            configurations[id] = .object(configuration)
        }
        let metadata = FakeIssuer.metadata.with("credential_configurations_supported", .object(configurations))
        for (scope, granted) in [
            (nil, ["sd", "w3c"]), ("scope-sd openid scope-w3c", ["sd", "w3c"]), ("scope-w3c", ["w3c"]),
        ] as [(String?, [String])] {
            let issuer = FakeIssuer.withLogin {
                $0.documents[FakeIssuer.metadataURL] = metadata
                $0.login.token["scope"] = scope.map(JSON.string)
            }
            let outcome = try await loginOutcome(issuer, by: .scope)
            #expect(outcome.received.map(\.offered.configurationID) == granted)
            let bodies = issuer.requests(to: "/credential").compactMap { try? JSON(parsing: $0.body) }
            #expect(bodies.compactMap { $0["credential_configuration_id"]?.string } == granted)
        }
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.metadataURL] = metadata
            $0.login.token["scope"] = "openid"
        }
        await #expect(throws: WalletRefusal.otherCredentialsGranted) { try await loginOutcome(issuer, by: .scope) }
    }

    @Test("A client with a key, and one that is attested, show themselves for the token too")
    func authenticated() async throws {
        let service = WalletClientIdentity.privateKeyJWT(clientID: "service", signer: FakeIssuer.otherKey, keyID: "k")
        #expect(try await loginOutcome(.withLogin(), identity: service).received.count == 2)
        let issuer = FakeIssuer.withLogin { $0.login.challenge = "challenge-1" }
        let attested = WalletClientIdentity.attested(BeginningTests.Attestations())
        #expect(try await loginOutcome(issuer, identity: attested).received.count == 2)
        let token = issuer.requests(to: "/token")
        #expect(token.count == 2)
        #expect(token.allSatisfy { $0.headers[.clientAttestation] != nil && $0.headers[.dpop] != nil })
    }

    @Test("A server that wants its nonce in the proof gets it, once")
    func nonceAtToken() async throws {
        let issuer = FakeIssuer.withLogin { $0.login.nonce = "dpop-nonce" }
        #expect(try await loginOutcome(issuer).received.count == 2)
        let requests = issuer.requests(to: "/token")
        #expect(requests.count == 2)
        #expect(requests[0].body == requests[1].body)
        let never = FakeIssuer.withLogin { $0.login.isNeverContent = true }
        await #expect(
            throws: WalletRefusal.server(.token, ServerError(code: "use_dpop_nonce", description: nil, status: 400))
        ) { try await loginOutcome(never) }
        #expect(never.requests(to: "/token").count == 2)
    }

    @Test("An issuer that wants its nonce in the proof gets it, with the same request; the next proof has it at once")
    func nonceAtCredential() async throws {
        let issuer = FakeIssuer.withLogin { $0.dpopNonce = "dn-1" }
        #expect(try await loginOutcome(issuer).received.count == 2)
        let requests = issuer.requests(to: "/credential")
        #expect(requests.count == 3)
        #expect(requests[0].body == requests[1].body)
        #expect(issuer.requests(to: "/nonce").count == 2)
        let never = FakeIssuer.withLogin { $0.isNeverContent = true }
        let outcome = try await loginOutcome(never)
        #expect(outcome.refused.map(\.refusal) == [.status(.credential, 401), .status(.credential, 401)])
        #expect(never.requests(to: "/credential").count == 4)
    }

    @Test("A nonce that comes ahead spares the second request")
    func nonceAhead() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.dpopNonce = "dn-1"
            $0.nonceAhead = "dn-1"
        }
        #expect(try await loginOutcome(issuer).received.count == 2)
        #expect(issuer.requests(to: "/credential").count == 2)
    }

    @Test("A server that binds no tokens gives a bearer token")
    func bearer() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                "dpop_signing_alg_values_supported", nil)
            $0.login.answers["/token"] = FakeIssuer.response([
                "access_token": "at-1", "token_type": "bearer",
                "authorization_details": [
                    [
                        "type": "openid_credential", "credential_configuration_id": "sd",
                        "credential_identifiers": ["sd-1"],
                    ]
                ],
            ])
        }
        let outcome = try await loginOutcome(issuer)
        #expect(outcome.received.map(\.offered.configurationID) == ["sd"])
        #expect(outcome.received[0].renewal == nil)
        #expect(issuer.requests.allSatisfy { $0.headers[.dpop] == nil })
    }

    @Test("An ID token that came along is of this login")
    func idToken() async throws {
        let issuer = FakeIssuer.withLogin()
        let pending = try await beginLogin(issuer)
        let payload = Base64URL.encode(JSON.object(["nonce": .string(pending.nonce)]).encoded())
        let again = FakeIssuer.withLogin { $0.login.token["id_token"] = .string("e30.\(payload).c2ln") }
        let mine = try await beginLogin(again)
        await #expect(throws: WalletRefusal.foreignIDToken) {
            try await loginIssuance(again).finish(mine, redirectedTo: again.authorizationServer.answer())
        }
        let answer = try TokenAnswer(
            parsing: JSON.object([
                "access_token": "a", "token_type": "Bearer", "id_token": .string("e30.\(payload).c2ln"),
            ]).encoded(), from: pending.server, for: nil)
        try answer.checkIDToken(nonce: pending.nonce)
    }
}
