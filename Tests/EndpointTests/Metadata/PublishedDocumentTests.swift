import HTTPTypes
import JOSE
import Testing
import WireFormats

/// Documents by which verifiers understand and check credentials.
@Suite struct PublishedDocumentTests {
    @Test("Type metadata is at the address that vct is, and tells which claims can be withheld")
    func servesTypeMetadata() async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(.get, "/vct/card")
        #expect(reply.status == 200)
        #expect(reply.headers[.contentType] == "application/json")
        #expect(reply.headers[.accessControlAllowOrigin] == "*")
        #expect(
            try reply.json == [
                "vct": "https://issuer.example.org/vct/card", "name": "Card", "description": "A card.",
                "display": [
                    ["locale": "en", "name": "Card", "description": "A card."], ["locale": "ar", "name": "بطاقة"],
                ],
                "claims": [
                    [
                        "path": ["given_name"], "mandatory": true, "sd": "always",
                        "display": [["locale": "en", "label": "Given name"], ["locale": "ar", "label": "الاسم"]],
                    ],
                    ["path": ["family_name"], "mandatory": true, "sd": "always"],
                    ["path": ["birth_date"], "mandatory": true, "sd": "always"],
                    ["path": ["languages"], "sd": "always"], ["path": ["languages", .null], "sd": "always"],
                    ["path": ["university"], "mandatory": true, "sd": "never"],
                ],
            ])
        try expect(
            await issuer.send(.get, "/vct/passport"), is: .init(404, "not_found", "There is nothing here"))
        #expect(try await TestIssuer(TestConfiguration.tenant).send(.get, "/tenant/vct/card").status == 200)
    }

    @Test("Every document of keys has the same keys, and no private one", arguments: ["", "/tenant"])
    func publishesKeys(_ path: String) async throws {
        let issuer = try await TestIssuer(path.isEmpty ? TestConfiguration.standard : TestConfiguration.tenant)
        let jwks = await issuer.send(.get, path + "/issuance/jwks.json")
        let keys = try #require(try jwks.json["keys"]?.array)
        #expect(keys.count == 1)
        #expect(
            keys[0].object?.names.sorted() == ["alg", "crv", "kid", "kty", "use", "x", "x5c", "y"])

        let vcIssuer = await issuer.send(.get, "/.well-known/jwt-vc-issuer" + path)
        #expect(try vcIssuer.json == ["issuer": .string(issuer.identifier), "jwks": jwks.json])

        let did = await issuer.send(.get, path.isEmpty ? "/.well-known/did.json" : path + "/did.json")
        #expect(did.headers[.contentType] == "application/did+json")
        let name = "did:web:issuer.example.org" + path.replacing("/", with: ":")
        #expect(try did.json["id"]?.string == name)
        let method = try #require(try did.json["verificationMethod"]?.array?.first)
        #expect(method["id"]?.string == name + "#" + (keys[0]["kid"]?.string ?? ""))
        let published = try PublicKey(jwk: #require(method["publicKeyJwk"]?.object))
        #expect(try published == PublicKey(jwk: #require(keys[0].object)))
    }

    @Test("The development root is a certificate in PEM")
    func servesDevelopmentRoot() async throws {
        let reply = try await TestIssuer().send(.get, "/trust/development-root.pem")
        #expect(reply.status == 200)
        #expect(reply.headers[.contentType] == "application/x-pem-file")
        #expect(reply.text.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    }
}
