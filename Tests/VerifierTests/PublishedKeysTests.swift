import CredentialFormats
import Foundation
import JOSE
import Testing
import WireFormats

@testable import Verifier

@Suite("Keys that issuers publish")
struct PublishedKeysTests {
    private static let metadataURL = "https://issuer.example/.well-known/jwt-vc-issuer/university"
    private static let didURL = "https://issuer.example/university/did.json"

    private static var jwk: JSONObject {
        var jwk = Samples.issuer.publicKey.jwk
        jwk["kid"] = .string(Samples.keyID)
        return jwk
    }

    private static var metadata: JSONObject {
        ["issuer": .string(Samples.issuerURL), "jwks": ["keys": [.object(jwk)]]]
    }

    private static var didDocument: JSONObject {
        let id = Samples.issuerDID + "#" + Samples.keyID
        return [
            "id": .string(Samples.issuerDID), "assertionMethod": [.string(id)],
            "verificationMethod": [["id": .string(id), "publicKeyJwk": .object(jwk)]],
        ]
    }

    private func verify(_ credential: [UInt8], _ documents: [String: JSON]) async throws -> VerificationReport {
        try await CredentialVerifier(keys: PublishedKeys(fetcher: Library(documents: documents)))
            .verify(credential, at: Samples.now)
    }

    @Test("JWT VC issuer metadata is found between host and path")
    func metadata() async throws {
        let report = try await verify(Samples.sdJWT(), [Self.metadataURL: .object(Self.metadata)])
        #expect(report.isValid)
        #expect(report.keyUsed?.source.contains(Self.metadataURL) == true)
    }

    @Test("jwks_uri is followed")
    func jwksURI() async throws {
        let documents: [String: JSON] = [
            Self.metadataURL: ["issuer": .string(Samples.issuerURL), "jwks_uri": "https://keys.example/set"],
            "https://keys.example/set": ["keys": [.object(Self.jwk)]],
        ]
        #expect(try await verify(Samples.sdJWT(), documents).isValid)
    }

    @Test("Metadata that is missing, another issuer's, ambiguous, or without the key gives none")
    func metadataFaults() async throws {
        var other = Self.metadata
        other["issuer"] = .string(Samples.issuerURL + "/")
        var both = Self.metadata
        both["jwks_uri"] = "https://keys.example/set"
        var without = Self.metadata
        without["jwks"] = ["keys": [.object(Samples.otherIssuer.publicKey.jwk)]]
        var insecure = Self.metadata
        insecure["jwks"] = nil
        insecure["jwks_uri"] = "http://keys.example/set"
        var leaked = Self.metadata
        leaked["jwks"] = ["keys": [["kid": .string(Samples.keyID), "kty": "EC", "crv": "P-256", "d": "AA"]]]
        for document: JSON? in [
            nil, .object(other), .object(both), .object(without), .object(insecure), .object(leaked), [:], [],
        ] {
            let report = try await verify(Samples.sdJWT(), document.map { [Self.metadataURL: $0] } ?? [:])
            #expect(report.failure?.name == .issuerKey)
            #expect(report.content == nil)
        }
    }

    @Test("A did:web document gives its assertion keys, referred to or embedded, by absolute or relative URL")
    func didWeb() async throws {
        let relative: JSONObject = [
            "id": .string(Samples.issuerDID), "assertionMethod": [.string("#" + Samples.keyID)],
            "verificationMethod": [["id": .string("#" + Samples.keyID), "publicKeyJwk": .object(Self.jwk)]],
        ]
        let embedded: JSONObject = [
            "id": .string(Samples.issuerDID),
            "assertionMethod": [["id": .string("#" + Samples.keyID), "publicKeyJwk": .object(Self.jwk)]],
        ]
        for document in [Self.didDocument, relative, embedded] {
            #expect(try await verify(Samples.w3c(.version1), [Self.didURL: .object(document)]).isValid)
        }
    }

    @Test("A DID document that is another's, or does not assert with the key, gives none")
    func didWebFaults() async throws {
        var other = Self.didDocument
        other["id"] = "did:web:other.example"
        var notAsserting = Self.didDocument
        notAsserting["assertionMethod"] = nil
        var authenticationOnly = notAsserting
        authenticationOnly["authentication"] = Self.didDocument["assertionMethod"]
        for document in [other, notAsserting, authenticationOnly, [:]] {
            let report = try await verify(Samples.w3c(.version1), [Self.didURL: .object(document)])
            #expect(report.failure?.name == .issuerKey)
        }
    }

    @Test("A key of another DID is not the issuer's")
    func otherDIDsKey() async throws {
        let credential = try Samples.resigned(
            Samples.w3c(.version1), header: { $0["kid"] = "did:web:attacker.example#0" })
        let report = try await verify(credential, [Self.didURL: .object(Self.didDocument)])
        #expect(report.failure?.detail == IssuerKeyRefusal.keyOfOtherIssuer.explanation)
    }

    @Test("A did:jwk or did:key contains its key, and the report says what that is worth")
    func selfContained() async throws {
        for did in [
            DIDKeyMaterial.didJWK(for: Samples.issuer.publicKey), DIDKeyMaterial.didKey(for: Samples.issuer.publicKey),
        ] {
            for keyID in [nil, "#" + (did.hasPrefix("did:jwk") ? "0" : String(did.dropFirst(8)))] {
                let credential = try Samples.resigned(
                    Samples.w3c(.version2),
                    payload: { payload in
                        payload["issuer"] = .string(did)
                        payload["iss"] = .string(did)
                    }, header: { $0["kid"] = keyID.map(JSON.string) })
                let report = try await verify(credential, [:])
                #expect(report.isValid)
                #expect(report.keyUsed?.source.contains("nobody vouches") == true)
            }
        }
    }

    @Test(
        "Issuers named by anything else have no published keys",
        arguments: [
            "http://issuer.example", "urn:issuer", "did:example:1", "https://user@issuer.example",
            "https://issuer.example?a",
            "file:///etc/passwd", "https://127.1/", "did:web:a%2Fb", "did:web:a:..:b",
        ])
    func unusable(issuer: String) async throws {
        let credential = try Samples.resigned(Samples.sdJWT()) { $0["iss"] = .string(issuer) }
        let report = try await verify(credential, [:])
        #expect(report.failure?.name == .issuerKey)
    }
}
