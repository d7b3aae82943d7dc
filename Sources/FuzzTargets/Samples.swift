import CredentialFormats
import Crypto
import Foundation
import JOSE
import OpenID4VCI
import WireFormats

/// Where mutation starts.
enum Samples {
    /// Any 32 bytes are an Ed25519 seed; its signatures are the same every time.
    static let key = try! PrivateKey(.edDSA, rawRepresentation: [UInt8](repeating: 7, count: 32))
    static let issuer = JWSIssuer(signer: key, header: ["typ": "dc+sd-jwt", "kid": "1"])
    static let now = Date(timeIntervalSince1970: 1_795_132_800)
    static let proofExpectation = VerifiedKeyProof.Expectation(
        audience: "https://issuer.example", algorithms: Set(SignatureAlgorithm.elliptic), now: now, maximumAge: 300)

    static let jws = sign("{\"iss\":\"https://issuer.example\",\"iat\":1795132800}")

    static let sdJWTDisclosures = [
        "[\"c2FsdHNhbHRzYWx0c2FsdA\",\"given_name\",\"Ana\"]", "[\"c2FsdHNhbHRzYWx0c2FsdB\",\"DE\"]",
    ].map { Base64URL.encodeToBytes(Array($0.utf8)) }

    static let sdJWT: [UInt8] = {
        let digests = sdJWTDisclosures.map { String(decoding: digest(of: $0), as: UTF8.self) }
        let signed = sign("{\"_sd\":[\"\(digests[0])\"],\"nationalities\":[{\"...\":\"\(digests[1])\"}]}")
        return signed + sdJWTDisclosures.reduce([UInt8(ascii: "~")]) { $0 + $1 + [UInt8(ascii: "~")] }
    }()

    // Made from constants by an Ed25519 key, which cannot fail.
    static let keyProof = Array(
        try! KeyProofMaker.makeProof(
            key: key, reference: .jwk, audience: "https://issuer.example", nonce: "n", issuedAt: now
        ).utf8)

    static let disclosures = [
        """
        ["s","given_name","Ana"]
        ["t","address",{"_sd":["@1"],"country":"DE"}]
        ["u",{"a":[null,1]}]
        {"iss":"i","_sd_alg":"sha-256","_sd":["@2","decoy"],"n":[{"...":"@3"},"FR"]}
        """, "{\"a\":{\"b\":[1,2,{\"...\":\"decoy\"}]}}",
    ].map { Array($0.utf8) }

    static let json = [
        "{\"a\":1,\"b\":[true,false,null,-0,1.50e+3,\"\\ud834\\udd1e\\n\\\"\"],\"é\":{\"\":{}}}", "[]", "\"text\"",
        " [ 9223372036854775807 , -9223372036854775808 , 1e400 ] ", "{\"x\":\"ﬁ\\u0000\",\"y\":[[[[[]]]]]}",
    ].map { Array($0.utf8) }

    static let forms = [
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code=abc&tx_code=12",
        "a=%C3%A9+b&&c&d=", "access_token=x",
    ].map { Array($0.utf8) }

    static let dids = [
        DIDKeyMaterial.didKey(for: key.publicKey), DIDKeyMaterial.didJWK(for: key.publicKey) + "#0",
        "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
        "did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9",
    ].map { Array($0.utf8) }

    static let credentialRequests = [
        "{\"credential_configuration_id\":\"student\",\"proofs\":{\"jwt\":[\"e30.e30.AA\"]}}",
        "{\"credential_identifier\":\"a\",\"proof\":{\"proof_type\":\"jwt\",\"jwt\":\"e30.e30.AA\"},\"more\":[{}]}",
    ].map { Array($0.utf8) }

    static let offerLinks = [
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffer%2F1",
        "https://issuer.example/offer/1",
        "haip-vci://?credential_offer="
            + FormParameters.percentEncode(
                """
                {"credential_issuer":"https://issuer.example","credential_configuration_ids":["a","b"],"grants":\
                {"urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":"c","tx_code":\
                {"length":4,"input_mode":"text","description":"é"},"authorization_server":"https://as.example"}}}
                """),
    ].map { Array($0.utf8) }

    static let dictionary =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\udc00", "null", "true", "-", "0", "1e", ".",
            "~",
            "..", "=", "==", "&", "%", "%00", "%ff", "+", "#", "?", "@1", "@2", "@3", "\n", "\"_sd\":[\"@1\"]",
            "\"_sd\"",
            "\"...\"", "{\"...\":\"@1\"}", "\"_sd_alg\"", "\"alg\":\"none\"", "eyJhbGciOiJub25lIn0", "did:key:z",
            "did:jwk:",
            "credential_offer=", "credential_offer_uri=", "tx_code=", "\u{FEFF}", "\u{301}", "\u{212A}", "\0",
        ].map { Array($0.utf8) } + [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5], [0xFF], [0x80]]

    static func digest(of disclosure: [UInt8]) -> [UInt8] {
        Base64URL.encodeToBytes(Array(SHA256.hash(data: disclosure)))
    }

    private static func sign(_ payload: String) -> [UInt8] {
        // An Ed25519 key signs anything.
        try! issuer.sign(payload: Array(payload.utf8))
    }
}
