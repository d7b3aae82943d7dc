import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("Accepting an offer")
struct AcceptingTests {
    private func accept(_ issuer: FakeIssuer, txCode: String? = nil) async throws -> IssuanceOutcome {
        let wallet = issuance(issuer)
        return try await wallet.accept(wallet.open(FakeIssuer.link), txCode: txCode)
    }

    @Test("Every credential of the offer is received, each for a key of its own")
    func all() async throws {
        let issuer = FakeIssuer()
        let outcome = try await accept(issuer)
        #expect(outcome.refused.isEmpty)
        #expect(outcome.received.map(\.offered.configurationID) == ["sd", "w3c"])
        let keys = outcome.received.compactMap { $0.key?.publicKey }
        #expect(keys.count == 2 && keys[0] != keys[1])
        for received in outcome.received {
            #expect(received.report.isValid)
            #expect(received.content.holderKey == received.key?.publicKey)
            #expect(received.content.claims == ["university": "Example", "given_name": "Ana"])
        }
        #expect(issuer.requests(to: "/token").count == 1)
        #expect(issuer.requests(to: "/nonce").count == 2)
    }

    private static let withTxCode = FakeIssuer.offer.with(
        "grants", .object([GrantType.preAuthorizedCode: ["pre-authorized_code": "code-1", "tx_code": [:]]]))

    @Test("A transaction code is sent; without one nothing is")
    func txCode() async throws {
        let issuer = FakeIssuer {
            $0.txCode = "4711"
            $0.documents[FakeIssuer.offerURL] = Self.withTxCode
        }
        #expect(try await accept(issuer, txCode: "4711").received.count == 2)
        for missing in [nil, ""] {
            await #expect(throws: WalletRefusal.txCodeMissing) { try await accept(issuer, txCode: missing) }
        }
        #expect(issuer.requests(to: "/token").count == 1)
    }

    @Test("The server's reason is passed on without what could command a terminal")
    func wrongTxCode() async throws {
        let issuer = FakeIssuer {
            $0.txCode = "4711"
            $0.documents[FakeIssuer.offerURL] = Self.withTxCode
        }
        do {
            _ = try await accept(issuer, txCode: "4712")
            Issue.record("accepted")
        } catch let refusal as WalletRefusal {
            guard case .server(.token, let error) = refusal else { return #expect(refusal == .loginNeeded) }
            #expect(error.code == "invalid_grant")
            #expect(error.status == 400)
            #expect(refusal.sentence.contains("invalid_grant: wrong [2J code"))
            #expect(!refusal.sentence.unicodeScalars.contains { $0.value < 0x20 })
        }
    }

    @Test("After one stale nonce the proof is made anew with a fresh one; after two it is over")
    func staleNonce() async throws {
        let once = FakeIssuer { $0.staleNonces = 1 }
        #expect(try await accept(once).received.count == 2)
        #expect(once.requests(to: "/nonce").count == 3)
        let always = FakeIssuer { $0.staleNonces = 100 }
        let outcome = try await accept(always)
        #expect(outcome.received.isEmpty)
        #expect(outcome.refused.count == 2)
        #expect(always.requests(to: "/nonce").count == 4)
    }

    @Test("What the issuer does not give is told apart from what it does")
    func partial() async throws {
        let issuer = FakeIssuer {
            $0.answers["w3c"] = FakeIssuer.response(
                ["error": "credential_request_denied", "error_description": "no"], status: 400)
        }
        let outcome = try await accept(issuer)
        #expect(outcome.received.map(\.offered.configurationID) == ["sd"])
        #expect(outcome.refused.map(\.offered.configurationID) == ["w3c"])
        #expect(
            outcome.refused[0].refusal.sentence
                == "The issuer refused to give the credential: credential_request_denied: no.")
    }

    @Test("Credential identifiers of the token response are used")
    func identifiers() async throws {
        let issuer = FakeIssuer {
            $0.token["authorization_details"] = [
                [
                    "type": "openid_credential", "credential_configuration_id": "sd",
                    "credential_identifiers": ["sd-2026"],
                ]
            ]
        }
        #expect(try await accept(issuer).received.count == 2)
        let bodies = issuer.requests(to: "/credential").compactMap { try? JSON(parsing: $0.body) }
        #expect(bodies[0]["credential_identifier"] == "sd-2026")
        #expect(bodies[0]["credential_configuration_id"] == nil)
        #expect(bodies[1]["credential_configuration_id"] == "w3c")
    }

    private static let binding = FakeIssuer.serverMetadata.with("dpop_signing_alg_values_supported", ["ES256"])

    @Test("Where the server binds tokens, the token is bound, and shown so")
    func bound() async throws {
        let issuer = FakeIssuer {
            $0.documents[FakeIssuer.serverMetadataURL] = Self.binding
            $0.token["token_type"] = "DPoP"
            $0.dpopNonce = "dn-1"
        }
        #expect(try await accept(issuer).received.count == 2)
        #expect(issuer.requests(to: "/token").allSatisfy { $0.headers[.dpop] != nil })
        #expect(issuer.requests(to: "/credential").allSatisfy { $0.headers[.authorization] == "DPoP at-1" })
    }

    @Test("A token that should be bound and is not is refused")
    func downgraded() async {
        let issuer = FakeIssuer { $0.documents[FakeIssuer.serverMetadataURL] = Self.binding }
        await #expect(throws: WalletRefusal.tokenNotBound) { try await accept(issuer) }
        #expect(issuer.requests(to: "/credential").isEmpty)
    }

    @Test("Tokens of another kind are refused")
    func tokenType() async {
        let issuer = FakeIssuer { $0.token["token_type"] = "DPoP" }
        await #expect(throws: WalletRefusal.unsupportedTokenType) { try await accept(issuer) }
        #expect(issuer.requests(to: "/credential").isEmpty)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isRefusal: @Sendable (WalletRefusal) -> Bool
        let change: @Sendable (inout FakeIssuer.Behaviour) -> Void

        init(
            _ description: String, _ refusal: WalletRefusal,
            change: @escaping @Sendable (inout FakeIssuer.Behaviour) -> Void
        ) {
            (testDescription, isRefusal, self.change) = (description, { $0 == refusal }, change)
        }

        init(
            _ description: String, invalid name: Check.Name,
            change: @escaping @Sendable (inout FakeIssuer.Behaviour) -> Void
        ) {
            testDescription = description
            isRefusal = { if case .invalid(name, _) = $0 { true } else { false } }
            self.change = change
        }
    }

    static let faults = [
        Fault("signed by another key", invalid: .signature) { $0.signer = FakeIssuer.otherKey },
        Fault("signed by a key that is not published", invalid: .issuerKey) {
            $0.signer = FakeIssuer.otherKey
            $0.keyID = "other"
        },
        Fault("bound to another key", .boundToOtherKey) { $0.boundTo = FakeIssuer.otherKey.publicKey },
        Fault("of another type", .otherType) {
            $0.vct = "https://issuer.example/vct/other"
            $0.types = ["VerifiableCredential", "Other"]
        },
        Fault("expired", invalid: .validity) { $0.lifetime = -60 },
        Fault("of the other format", .otherFormat) { $0.swapsFormats = true },
        Fault("from another issuer", .issuedBySomebodyElse) { behaviour in
            behaviour.issuerURL = "https://attacker.example"
            behaviour.issuerDID = DIDKeyMaterial.didJWK(for: FakeIssuer.key.publicKey)
            behaviour.keyID = "0"
        },
        Fault("from another path of the host", .issuedBySomebodyElse) { behaviour in
            behaviour.issuerURL = "https://issuer.example/other"
            behaviour.issuerDID = "did:web:issuer.example:other"
        },
        Fault("no credential", .unreadable(.jws(.notCompact))) { behaviour in
            for id in ["sd", "w3c"] {
                behaviour.answers[id] = FakeIssuer.response(["credentials": [["credential": "x"]]])
            }
        },
        Fault("more than asked for", .malformedAnswer(.credential)) { behaviour in
            for id in ["sd", "w3c"] {
                behaviour.answers[id] = FakeIssuer.response(["credentials": [["credential": "x"], ["credential": "y"]]])
            }
        },
        Fault("later", .deferred) { behaviour in
            for id in ["sd", "w3c"] {
                behaviour.answers[id] = FakeIssuer.response(["transaction_id": "1", "interval": 5], status: 202)
            }
        },
        Fault("no nonce endpoint", .noNonce) {
            $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with("nonce_endpoint", nil)
        },
    ]

    @Test("A credential that is not what was offered is not received", arguments: faults)
    func refused(fault: Fault) async throws {
        let outcome = try await accept(FakeIssuer(fault.change))
        #expect(outcome.received.isEmpty)
        #expect(outcome.refused.count == 2)
        for refused in outcome.refused { #expect(fault.isRefusal(refused.refusal), "\(refused.refusal)") }
    }

    @Test("A did:web of the host alone may sign for an issuer with a path")
    func hostDID() async throws {
        let did = "did:web:issuer.example"
        let issuer = FakeIssuer {
            $0.issuerDID = did
            let keyURL = did + "#" + Base64URL.encode(FakeIssuer.key.publicKey.thumbprint)
            $0.documents["https://issuer.example/.well-known/did.json"] = [
                "id": .string(did), "assertionMethod": [.string(keyURL)],
                "verificationMethod": [["id": .string(keyURL), "publicKeyJwk": .object(FakeIssuer.key.publicKey.jwk)]],
            ]
        }
        #expect(try await accept(issuer).received.count == 2)
    }
}
