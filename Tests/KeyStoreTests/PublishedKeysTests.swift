import Foundation
import JOSE
import Testing
import WireFormats

@testable import KeyStore

@Suite("Documents with the issuer's keys")
struct PublishedKeysTests {
    @Test("The key set has every published key, public members only, with its certificates")
    func jwks() async throws {
        let ring = try await Samples.ring().rotate(now: Samples.now, activationDelay: .seconds(60))
        let keys = try #require(ring.jwks["keys"]?.array)
        #expect(keys.count == 2)
        for (jwk, key) in zip(keys, ring.signingKeys) {
            let object = try #require(jwk.object)
            #expect(Set(object.names) == ["kty", "crv", "x", "y", "kid", "alg", "use", "x5c"])
            #expect(object["kid"]?.string == key.keyID)
            #expect(object["alg"] == "ES256")
            #expect(object["use"] == "sig")
            #expect(try PublicKey(jwk: object) == key.publicKey)
            let chain = try #require(object["x5c"]?.array).map { try #require(Data(base64Encoded: $0.string ?? "")) }
            #expect(chain.map(Array.init) == key.certificateChain)
            #expect(!chain.contains(Data(ring.developmentRoot.certificate)))
        }
    }

    @Test("JWT VC Issuer Metadata has the issuer and the key set, nothing else")
    func jwtVCIssuer() async throws {
        let ring = try await Samples.ring()
        let document = ring.jwtVCIssuerMetadata
        #expect(document.object?.names == ["issuer", "jwks"])
        #expect(document["issuer"] == "https://issuer.example/university")
        #expect(document["jwks"] == ring.jwks)
    }

    @Test("The DID document asserts with every published key")
    func didDocument() async throws {
        let ring = try await Samples.ring().rotate(now: Samples.now, activationDelay: .seconds(60))
        let document = ring.didDocument
        let did = "did:web:issuer.example:university"
        #expect(document["@context"]?.array?.first == "https://www.w3.org/ns/did/v1")
        #expect(document["id"]?.string == did)
        let methods = try #require(document["verificationMethod"]?.array)
        #expect(methods.map { $0["id"]?.string } == ring.signingKeys.map { "\(did)#\($0.keyID)" })
        #expect(document["assertionMethod"]?.array == methods.compactMap { $0["id"] })
        for (method, key) in zip(methods, ring.signingKeys) {
            #expect(method["type"] == "JsonWebKey2020")
            #expect(method["controller"]?.string == did)
            let jwk = try #require(method["publicKeyJwk"]?.object)
            #expect(try PublicKey(jwk: jwk) == key.publicKey)
            #expect(jwk["kid"]?.string == key.keyID)
            #expect(jwk["d"] == nil)
        }
    }
}
