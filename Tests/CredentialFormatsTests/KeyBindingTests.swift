import CredentialFormats
import Crypto
import Foundation
import JOSE
import TestSupport
import Testing
import WireFormats

/// Each test makes a valid presentation and takes one change.
@Suite("Key binding")
struct KeyBindingTests {
    private let expected = VerifiedSDJWT.KeyBindingExpectation(
        nonce: "n-1", audience: "https://verifier.example", issuedAt: 1000...2000)
    private let claims = ClaimTree([
        Claim("given_name", .json("Ana"), isSelectivelyDisclosable: true),
        Claim("family_name", .json("Núñez"), isSelectivelyDisclosable: true),
    ])

    private func present(
        issued: [UInt8]? = nil, header: JSONObject = ["typ": "kb+jwt"], key: PrivateKey = Samples.holder,
        payload: [UInt8]? = nil, change: (inout JSONObject) -> Void = { _ in }
    ) throws -> VerifiedSDJWT {
        let issued = try issued ?? Samples.issue(claims)
        var claims: JSONObject = [
            "nonce": "n-1", "aud": "https://verifier.example", "iat": 1500,
            "sd_hash": .string(Base64URL.encode(Array(SHA256.hash(data: issued)))),
        ]
        change(&claims)
        let binding = try JWSIssuer(signer: key, header: header)
            .sign(payload: payload ?? JSON.object(claims).encoded())
        return try Samples.verify((issued + binding).text)
    }

    private func refuses(
        _ reason: KeyBindingRefusal, sourceLocation: SourceLocation = #_sourceLocation,
        _ presentation: () throws -> VerifiedSDJWT
    ) throws {
        let presentation = try presentation()
        #expect(throws: SDJWTRefusal.keyBinding(reason), sourceLocation: sourceLocation) {
            try presentation.verifyKeyBinding(expected)
        }
    }

    @Test("A presentation that is bound as asked gives the claims of its key binding")
    func valid() throws {
        #expect(try present().verifyKeyBinding(expected)["iat"] == 1500)
        #expect(try present().holderKey() == Samples.holder.publicKey)
        for edge in [1000, 2000] as [Int64] {
            _ = try present { $0["iat"] = .integer(edge) }.verifyKeyBinding(expected)
        }
    }

    @Test("A presentation without key binding is refused when one is asked for")
    func missing() throws {
        let verified = try Samples.verify(Samples.issue(claims).text)
        #expect(throws: SDJWTRefusal.missingKeyBinding) { try verified.verifyKeyBinding(expected) }
    }

    @Test("A credential that is bound to no key, or to none that is accepted, is refused")
    func noHolderKey() throws {
        try refuses(.noHolderKey) { try present(issued: Samples.issue(claims, bound: false)) }
        for cnf in ["{}", "1", "{\"kid\":\"x\"}", "{\"jwk\":{\"kty\":\"RSA\"}}", "{\"jwk\":1}"] {
            let issued = try Samples.sdJWT(payload: "{\"cnf\":\(cnf)}").bytes
            try refuses(.noHolderKey) { try present(issued: issued) }
        }
    }

    @Test("Key binding by another key, or that is no JWS, is refused")
    func jws() throws {
        try refuses(.jws(.invalidSignature)) { try present(key: Samples.issuer) }
        try refuses(.jws(.keyOfOtherAlgorithm)) { try present(key: .generate(.edDSA)) }
        let issued = try Samples.issue(claims).text
        try refuses(.jws(.notCompact)) { try Samples.verify(issued + "x") }
        try refuses(.jws(.unsupportedAlgorithm)) {
            try Samples.verify(issued + Base64URL.encode("{\"alg\":\"none\",\"typ\":\"kb+jwt\"}".bytes) + ".e30.")
        }
    }

    @Test("A JWT of another type is no key binding", arguments: ["JWT", "KB+JWT", "openid4vci-proof+jwt", ""])
    func wrongType(type: String) throws {
        try refuses(.wrongType) { try present(header: ["typ": .string(type)]) }
        try refuses(.wrongType) { try present(header: [:]) }
    }

    @Test("Key binding whose payload is no JSON object is refused", arguments: ["", "[]", "{\"nonce\":1,\"nonce\":1}"])
    func payloadNotJSONObject(payload: String) throws {
        try refuses(.payloadNotJSONObject) { try present(payload: payload.bytes) }
    }

    @Test("Another nonce is refused, and none")
    func wrongNonce() throws {
        for value in ["n-2", "", nil, 1, ["n-1"]] as [JSON?] {
            try refuses(.wrongNonce) { try present { $0["nonce"] = value } }
        }
        try refuses(.wrongNonce) { try present { $0["nonce"] = nil } }
    }

    @Test("Another audience is refused, and none, and several")
    func wrongAudience() throws {
        for value in ["https://verifier.example/", "", ["https://verifier.example"]] as [JSON] {
            try refuses(.wrongAudience) { try present { $0["aud"] = value } }
        }
        try refuses(.wrongAudience) { try present { $0["aud"] = nil } }
    }

    @Test("Key binding of another time is refused, and of none")
    func notFresh() throws {
        for value in [999, 2001, "1500", .decimal(literal: "1500.5")] as [JSON] {
            try refuses(.notFresh) { try present { $0["iat"] = value } }
        }
        try refuses(.notFresh) { try present { $0["iat"] = nil } }
    }

    @Test("Key binding of another presentation is refused: nobody can withhold or add a disclosure afterwards")
    func wrongHash() throws {
        try refuses(.wrongHash) { try present { $0["sd_hash"] = "x" } }
        try refuses(.wrongHash) { try present { $0["sd_hash"] = nil } }
        let issued = try Samples.issue(claims).text
        let bound = try JWSIssuer(signer: Samples.holder, header: ["typ": "kb+jwt"]).sign(
            payload: JSON.object([
                "nonce": "n-1", "aud": "https://verifier.example", "iat": 1500,
                "sd_hash": .string(Base64URL.encode(Array(SHA256.hash(data: issued.bytes)))),
            ]).encoded()
        ).text
        _ = try Samples.verify(issued + bound).verifyKeyBinding(expected)
        let parts = issued.split(separator: "~")
        for kept in [[parts[0]], [parts[0], parts[1]], [parts[0], parts[2]], [parts[0], parts[2], parts[1]]] {
            try refuses(.wrongHash) { try Samples.verify(kept.joined(separator: "~") + "~" + bound) }
        }
    }
}
