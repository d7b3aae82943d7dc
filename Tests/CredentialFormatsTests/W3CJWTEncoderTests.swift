import CredentialFormats
import Foundation
import JOSE
import Testing
import WireFormats

@Suite("Issuing W3C credentials as JWT")
struct W3CJWTEncoderTests {
    private let claims = ClaimTree([
        Claim("given_name", .json("Ana"), isSelectivelyDisclosable: true),
        Claim("degree", .nested(ClaimTree([Claim("type", .json("Master"), isSelectivelyDisclosable: true)]))),
    ])
    private static let models: [W3CCredentialType.DataModel] = [.version1, .version2]
    private static let contexts = ["https://www.w3.org/2018/credentials/v1", "https://issuer.example/context"]

    private func issue(
        _ model: W3CCredentialType.DataModel, bound: Bool = true, did: String? = nil, certificates: [[UInt8]] = []
    ) throws -> (header: JSONObject, payload: JSON) {
        let type = W3CCredentialType(
            dataModel: model, types: ["VerifiableCredential", "StudentCard"], contexts: Self.contexts)
        let credential = try W3CJWTEncoder(key: Samples.issuerKey(certificates: certificates), type: type)
            .issue(Samples.content(claims, bound: bound, did: did))
        let verified = try UnverifiedJWS(parsing: credential).verify(with: Samples.issuer.publicKey)
        return (verified.header, try JSON(parsing: verified.payload))
    }

    @Test("Data model 1.1: the credential stands in vc, and the JWT's claims repeat it")
    func version1() throws {
        let (header, payload) = try issue(.version1)
        #expect(header.names == ["alg", "typ", "kid"])
        #expect(header["typ"] == "JWT")
        #expect(header["kid"]?.string?.hasPrefix("did:web:issuer.example:university#") == true)
        #expect(payload.object?.names == ["vc", "iss", "jti", "nbf", "iat", "exp", "sub", "cnf"])
        let credential = try #require(payload["vc"])
        #expect(
            credential.object?.names
                == ["@context", "id", "type", "issuer", "issuanceDate", "expirationDate", "credentialSubject"])
        #expect(credential["@context"] == .array(Self.contexts.map(JSON.string)))
        #expect(credential["type"] == ["VerifiableCredential", "StudentCard"])
        #expect(credential["issuer"] == "did:web:issuer.example:university")
        #expect(payload["iss"] == credential["issuer"])
        #expect(payload["jti"] == credential["id"])
        #expect(payload["sub"] == credential["credentialSubject"]?["id"])
        #expect(payload["nbf"] == .integer(Samples.issuedAt))
        #expect(payload["iat"] == .integer(Samples.issuedAt))
        #expect(payload["exp"] == .integer(Samples.expiresAt))
        #expect(credential["issuanceDate"] == "2026-11-20T00:00:00Z")
        #expect(credential["expirationDate"] == "2026-11-21T00:00:00Z")
        #expect(payload["cnf"]?["jwk"] == .object(Samples.holder.publicKey.jwk))
    }

    @Test("Data model 2.0: the payload is the credential, with no vc claim")
    func version2() throws {
        let (header, payload) = try issue(.version2)
        #expect(header.names == ["alg", "typ", "cty", "kid"])
        #expect(header["typ"] == "vc+jwt")
        #expect(header["cty"] == "vc")
        #expect(
            payload.object?.names == [
                "@context", "id", "type", "issuer", "validFrom", "validUntil", "credentialSubject", "iss", "iat", "exp",
                "cnf",
            ])
        #expect(payload["@context"] == .array(Self.contexts.map(JSON.string)))
        #expect(payload["type"] == ["VerifiableCredential", "StudentCard"])
        #expect(payload["iss"] == payload["issuer"])
        #expect(payload["validFrom"] == "2026-11-20T00:00:00Z")
        #expect(payload["validUntil"] == "2026-11-21T00:00:00Z")
        #expect(payload["iat"] == .integer(Samples.issuedAt))
        #expect(payload["exp"] == .integer(Samples.expiresAt))
    }

    @Test("The subject is the holder's DID: the one it used, or its key's", arguments: models)
    func subject(model: W3CCredentialType.DataModel) throws {
        func subject(_ payload: JSON) -> JSON? { (payload["vc"] ?? payload)["credentialSubject"] }
        let own = try issue(model, did: "did:example:holder").payload
        #expect(
            subject(own) == ["id": "did:example:holder", "given_name": "Ana", "degree": ["type": "Master"]])
        let derived = try issue(model).payload
        #expect(subject(derived)?["id"] == .string(DIDKeyMaterial.didJWK(for: Samples.holder.publicKey)))
        let bearer = try issue(model, bound: false).payload
        #expect(subject(bearer) == ["given_name": "Ana", "degree": ["type": "Master"]])
        #expect(bearer["cnf"] == nil)
        #expect(bearer["sub"] == nil)
    }

    @Test("Every credential has an identifier of its own", arguments: models)
    func identifiers(model: W3CCredentialType.DataModel) throws {
        let ids = try (0..<10).map { _ in
            let payload = try issue(model).payload
            return try #require((payload["vc"] ?? payload)["id"]?.string)
        }
        #expect(Set(ids).count == 10)
        for id in ids {
            #expect(id.hasPrefix("urn:uuid:"))
            #expect(UUID(uuidString: String(id.dropFirst(9))) != nil)
        }
    }

    @Test("Certificates go into x5c as base64", arguments: models)
    func certificates(model: W3CCredentialType.DataModel) throws {
        #expect(try issue(model, certificates: [[0xFB, 0xFF], [1]]).header["x5c"] == ["+/8=", "AQ=="])
        #expect(try issue(model).header["x5c"] == nil)
    }
}
