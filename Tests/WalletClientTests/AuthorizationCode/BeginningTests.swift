import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("Beginning a login")
struct BeginningTests {
    @Test("The request is pushed, and the browser gets no more than its name")
    func pushed() async throws {
        let issuer = FakeIssuer.withLogin()
        let pending = try await beginLogin(issuer)
        #expect(
            pending.url == "https://auth.example/authorize?client_id=wallet"
                + "&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A1")
        let request = try #require(issuer.authorizationServer.request)
        #expect(request.clientID == "wallet")
        #expect(request.redirectURI == redirectURI)
        #expect(request.state == pending.state)
        #expect(request.nonce == pending.nonce)
        #expect(request.codeChallenge == pending.verifier.challenge)
        #expect(request.dpopKeyThumbprint == pending.key.map { Base64URL.encode($0.publicKey.thumbprint) })
        #expect(request.resources == [FakeIssuer.url])
        #expect(request.scopes.isEmpty)
        #expect(request.issuerState == nil)
        let details = try #require(request.authorizationDetails?.entries)
        #expect(details.map(\.credentialConfigurationID) == ["sd", "w3c"])
        #expect(details.allSatisfy { $0.locations == [FakeIssuer.url] })
        #expect(pending.authorizationServer == FakeIssuer.server)
        #expect(pending.configurationIDs == ["sd", "w3c"])
        #expect(pending.expiresAt == FakeIssuer.now + 900)
        for secret in [pending.state, pending.verifier.text, pending.nonce] {
            #expect(secret.utf8.count == 43)
            #expect(!pending.url.contains(secret))
        }
    }

    @Test("Nothing of one request is in the next")
    func fresh() async throws {
        let issuer = FakeIssuer.withLogin()
        let (first, second) = (try await beginLogin(issuer), try await beginLogin(issuer))
        #expect(first.state != second.state && first.nonce != second.nonce && first.verifier != second.verifier)
        #expect(first.key?.publicKey != second.key?.publicKey)
    }

    @Test("Without a place to push to, the request is in the address")
    func plain() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                "pushed_authorization_request_endpoint", nil)
        }
        let pending = try await beginLogin(issuer)
        #expect(pending.url.hasPrefix("https://auth.example/authorize?response_type=code&client_id=wallet&"))
        issuer.authorizationServer.visit(pending.url)
        let request = try #require(issuer.authorizationServer.request)
        #expect(request.codeChallenge == pending.verifier.challenge)
        #expect(request.authorizationDetails?.entries.count == 2)
        #expect(!pending.url.contains(pending.verifier.text))
    }

    private static func withScopes(_ scopes: [String: String]) -> JSON {
        var configurations = FakeIssuer.metadata["credential_configurations_supported"]?.object ?? [:]
        for (id, scope) in scopes {
            var configuration = configurations[id]?.object ?? [:]
            configuration["scope"] = .string(scope)
            configurations[id] = .object(configuration)
        }
        return FakeIssuer.metadata.with("credential_configurations_supported", .object(configurations))
    }

    @Test(
        "Scopes ask if that is wanted and every configuration has one",
        arguments: [
            (["sd": "card", "w3c": "degree"], RequestStyle.scope, ["card", "degree"]),
            (["sd": "card", "w3c": "card"], .scope, ["card"]), (["sd": "card"], .scope, []),
            (["sd": "card", "w3c": "degree"], .authorizationDetails, []),
        ])
    func scopes(scopes: [String: String], style: RequestStyle, asked: [String]) async throws {
        let issuer = FakeIssuer.withLogin { $0.documents[FakeIssuer.metadataURL] = Self.withScopes(scopes) }
        let pending = try await beginLogin(issuer, by: style)
        let request = try #require(issuer.authorizationServer.request)
        #expect(request.scopes == asked)
        #expect((request.authorizationDetails == nil) == !asked.isEmpty)
        #expect((pending.wish.scopes != nil) == !asked.isEmpty)
        #expect(request.resources == [FakeIssuer.url])
    }

    @Test("Renewal is asked for where it has a scope")
    func offlineAccess() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                "scopes_supported", ["openid", "offline_access"])
        }
        _ = try await beginLogin(issuer)
        #expect(issuer.authorizationServer.request?.scopes == ["offline_access"])
    }

    @Test("An issuer that is its own authorization server needs no locations")
    func ownServer() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with("authorization_servers", nil)
            $0.documents["https://issuer.example/.well-known/oauth-authorization-server/university"] =
                FakeIssuer.loginServerMetadata.with("issuer", .string(FakeIssuer.url))
        }
        let pending = try await beginLogin(issuer)
        #expect(pending.authorizationServer == FakeIssuer.url)
        #expect(issuer.authorizationServer.request?.authorizationDetails?.entries[0].locations == [])
    }

    @Test("A server that binds no tokens gets no key")
    func bearer() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                "dpop_signing_alg_values_supported", ["ES512"])
        }
        let pending = try await beginLogin(issuer)
        #expect(pending.key == nil)
        #expect(issuer.authorizationServer.request?.dpopKeyThumbprint == nil)
    }

    private static func offer(_ grants: JSON?) -> JSON { FakeIssuer.offer.with("grants", grants) }

    @Test("An offer's state comes back to its issuer; an offer without grants is open to a login")
    func issuerInitiated() async throws {
        for (grants, state) in [
            (["authorization_code": ["issuer_state": "state of the offer"]], "state of the offer"),
            (["authorization_code": ["authorization_server": .string(FakeIssuer.server)]], nil), ([:], nil), (nil, nil),
            (
                [
                    "authorization_code": ["issuer_state": "s"],
                    "urn:ietf:params:oauth:grant-type:pre-authorized_code": ["pre-authorized_code": "code-1"],
                ], "s"
            ),
        ] as [(JSON?, String?)] {
            let issuer = FakeIssuer.withLogin { $0.documents[FakeIssuer.offerURL] = Self.offer(grants) }
            let wallet = loginIssuance(issuer)
            let wanted = try await wallet.open(FakeIssuer.link)
            #expect(wanted.credentials.map(\.name) == ["Student card", "StudentCard"])
            #expect(wanted.issuerName == "Example University")
            _ = try await wallet.begin(wanted, redirectURI: redirectURI)
            #expect(issuer.authorizationServer.request?.issuerState == state)
        }
    }

    @Test("Of several servers the one with a login is taken")
    func severalServers() async throws {
        let second = "https://second.example"
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with(
                "authorization_servers", [.string(second), .string(FakeIssuer.server)])
            $0.documents[second + "/.well-known/oauth-authorization-server"] = [
                "issuer": .string(second), "token_endpoint": "https://second.example/token",
                "grant_types_supported": [.string(GrantType.preAuthorizedCode)],
            ]
        }
        #expect(try await beginLogin(issuer).authorizationServer == FakeIssuer.server)
    }

    @Test("Metadata of OpenID Connect does too")
    func openIDConfiguration() async throws {
        let issuer = FakeIssuer.withLogin {
            $0.documents[FakeIssuer.server + "/.well-known/openid-configuration"] =
                $0.documents.removeValue(forKey: FakeIssuer.serverMetadataURL)
        }
        #expect(try await beginLogin(issuer).authorizationServer == FakeIssuer.server)
    }

    @Test("A client with a key shows it, with another assertion each time")
    func privateKeyJWT() async throws {
        let identity = WalletClientIdentity.privateKeyJWT(
            clientID: "service", signer: FakeIssuer.otherKey, keyID: nil)
        let issuer = FakeIssuer.withLogin()
        _ = try await beginLogin(issuer, identity: identity)
        _ = try await beginLogin(issuer, identity: identity)
        #expect(issuer.authorizationServer.request?.clientID == "service")
        let wrong = WalletClientIdentity.privateKeyJWT(clientID: "service", signer: FakeIssuer.key, keyID: nil)
        await #expect(throws: WalletRefusal.self) { try await beginLogin(issuer, identity: wrong) }
    }

    struct Attestations: ClientAttestationSource {
        let clientID = "attested-wallet"
        var fails = false

        func attestation() async throws -> ClientInstanceAttestation {
            if fails { throw CancellationError() }
            let key = FakeIssuer.seededKey(3)
            let maker = ClientAttestationMaker(signer: FakeIssuer.key, attester: "https://attester.example")
            let jwt = try maker.attest(
                clientID: clientID, key: key.publicKey, now: FakeIssuer.now, lifetime: .seconds(600))
            return ClientInstanceAttestation(jwt: jwt, key: key)
        }
    }

    @Test("An attested wallet shows its attestation, with a challenge where the server has them")
    func attested() async throws {
        for challengeEndpoint in [nil, "https://auth.example/challenge"] {
            let issuer = FakeIssuer.withLogin {
                $0.login.challenge = "challenge-1"
                $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(
                    "challenge_endpoint", challengeEndpoint.map(JSON.string))
            }
            _ = try await beginLogin(issuer, identity: .attested(Attestations()))
            #expect(issuer.authorizationServer.request?.clientID == "attested-wallet")
            #expect(issuer.requests(to: "/challenge").count == (challengeEndpoint == nil ? 0 : 1))
            #expect(issuer.requests(to: "/par").count == (challengeEndpoint == nil ? 2 : 1))
        }
    }

    @Test("A wallet that cannot show who it is sends nothing")
    func noAttestation() async throws {
        let issuer = FakeIssuer.withLogin()
        await #expect(throws: WalletRefusal.clientAuthenticationFailed) {
            try await beginLogin(issuer, identity: .attested(Attestations(fails: true)))
        }
        #expect(issuer.requests.allSatisfy { $0.method == .get })
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: WalletRefusal
        var ids = ["sd", "w3c"]
        let change: @Sendable (inout FakeIssuer.Behaviour) -> Void

        init(
            _ description: String, _ refusal: WalletRefusal, ids: [String] = ["sd", "w3c"],
            _ change: @escaping @Sendable (inout FakeIssuer.Behaviour) -> Void = { _ in }
        ) {
            (testDescription, self.refusal, self.ids, self.change) = (description, refusal, ids, change)
        }
    }

    private static func server(_ name: String, _ value: JSON?) -> @Sendable (inout FakeIssuer.Behaviour) -> Void {
        { $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.loginServerMetadata.with(name, value) }
    }

    static let faults = [
        Fault("no login", .noLoginOffered, server("authorization_endpoint", nil)),
        Fault("login over plain http", .noLoginOffered, server("authorization_endpoint", "http://auth.example/a")),
        Fault("login by a script", .noLoginOffered, server("authorization_endpoint", "javascript:alert(1)")),
        Fault("login in a fragment", .noLoginOffered, server("authorization_endpoint", "https://auth.example/a#b")),
        Fault("no PKCE", .noCodeChallenge, server("code_challenge_methods_supported", nil)),
        Fault("plain PKCE only", .noCodeChallenge, server("code_challenge_methods_supported", ["plain"])),
        Fault(
            "must be pushed, but where", .malformedAnswer(.authorizationServerMetadata),
            {
                var metadata = FakeIssuer.loginServerMetadata
                metadata["pushed_authorization_request_endpoint"] = nil
                $0.documents[FakeIssuer.serverMetadataURL] = metadata.with(
                    "require_pushed_authorization_requests", true)
            }),
        Fault(
            "metadata of another server", .documentOfOtherIssuer(.authorizationServerMetadata),
            server("issuer", "https://attacker.example")),
        Fault(
            "metadata of another issuer", .documentOfOtherIssuer(.issuerMetadata),
            {
                $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with(
                    "credential_issuer", "https://attacker.example")
            }),
        Fault("unknown credential", .notInMetadata(configurationID: "x"), ids: ["sd", "x"]),
        Fault("too many", .tooManyCredentials, ids: Array(repeating: "sd", count: 21)),
        Fault(
            "push refused",
            .server(.pushedRequest, ServerError(code: "invalid_request", description: nil, status: 400)),
            { $0.login.answers["/par"] = FakeAuthorizationServer.error("invalid_request") }),
        Fault(
            "push answered by a page", .status(.pushedRequest, 502),
            { $0.login.answers["/par"] = ExchangeResponse(status: 502, body: Array("<html>".utf8)) }),
        Fault(
            "push without a name", .malformedAnswer(.pushedRequest),
            { $0.login.answers["/par"] = FakeIssuer.response(["expires_in": 60], status: 201) }),
        Fault(
            "push times out", .exchange(.pushedRequest, .timedOut),
            { $0.failures["https://auth.example/par"] = .timedOut }),
    ]

    @Test("Each fault is refused for what it is, before anybody logs in", arguments: faults)
    func refused(fault: Fault) async {
        let issuer = FakeIssuer.withLogin(fault.change)
        await #expect(throws: fault.refusal) { try await beginLogin(issuer, fault.ids) }
        #expect(fault.refusal.sentence.hasSuffix("."))
        #expect(issuer.requests(to: "/token").isEmpty)
    }

    @Test("An offer with a pre-authorized code alone is for the other flow")
    func preAuthorized() async {
        await #expect(throws: WalletRefusal.noLoginOffered) {
            try await loginIssuance(.withLogin()).open(FakeIssuer.link)
        }
    }
}
