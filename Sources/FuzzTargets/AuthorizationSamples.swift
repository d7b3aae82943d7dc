import Crypto
import Foundation
import HTTPTypes
import JOSE
import OAuth
import WebAuthn
import WireFormats

/// Where mutation of what an authorization server reads starts.
enum AuthorizationSamples {
    static let tokenRequests = [
        "grant_type=authorization_code&code=a&redirect_uri=https%3A%2F%2Fa.example%2F&code_verifier=\(verifier)",
        "grant_type=refresh_token&refresh_token=a&scope=openid+email&resource=https%3A%2F%2Fapi.example",
        "grant_type=client_credentials&scope=a&client_id=b&client_secret=c",
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code=abc&tx_code=12"
            + "&authorization_details=" + FormParameters.percentEncode(details),
    ].map { Array($0.utf8) }

    static let authorizationRequests = [
        """
        response_type=code&client_id=a&redirect_uri=https%3A%2F%2Fa.example%2Fcb&scope=openid+email&state=s&nonce=n\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
        &prompt=login+consent&max_age=60&ui_locales=fr+en&acr_values=a+b&login_hint=x&purpose=Because\
        &resource=https%3A%2F%2Fapi.example&claims=\(FormParameters.percentEncode(claims))
        """,
        """
        response_type=code&client_id=a&authorization_details=\(FormParameters.percentEncode(details))&issuer_state=o\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
        &response_mode=form_post&dpop_jkt=NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
        """,
    ].map { Array($0.utf8) }

    static let clientMetadata = [
        """
        {"client_name":"A","client_name#fr":"À","redirect_uris":["https://a.example/cb"],"scope":"openid email",\
        "grant_types":["authorization_code","refresh_token"],"response_types":["code"],\
        "token_endpoint_auth_method":"client_secret_basic","contacts":["a@a.example"],\
        "client_uri":"https://a.example","subject_type":"pairwise","default_max_age":60,"require_auth_time":true}
        """,
        """
        {"redirect_uris":["http://127.0.0.1/cb","com.example.app:/cb"],"token_endpoint_auth_method":"none",\
        "application_type":"native"}
        """,
    ].map { Array($0.utf8) }

    static let keySet = JSON.object([
        "keys": [.object(Samples.key.publicKey.jwk), .object(decryptionKey.publicJWK), ["kty": "other"]]
    ]).encoded()

    // The key is a constant within the order of the curve.
    static let decryptionKey = JWEPrivateKey.p256(
        try! P256.KeyAgreement.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32)))

    /// Sealed to ``decryptionKey`` by another implementation.
    static let encrypted = Array(
        """
        eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsIngiOiJqYWdQQWtXRENxT0M4UW9u\
        Q2ZrdDB5QXhjcDBzNjB5blhjcERiMkRaZWV3IiwieSI6IllfWUVDVDQtaG9Zc25GSUEySWtMQ0U4Qkxfc2l5bEFyM0xjY0FYRWZ2\
        eUEiLCJrdHkiOiJFQyJ9fQ..U0ydJDSAKkel8FeU.WCIaAqXCjRHoTqc.cIl_NZVKjVhzu99m18eTzw
        """
        .utf8)

    static let possession = DPoPProof.Expectation(
        method: .post, url: "https://as.example/token", accessToken: nil, now: Samples.now)
    // An Ed25519 key signs anything.
    static let possessionProof = Array(
        try! DPoPProofMaker(key: Samples.key).proof(
            method: .post, url: "https://as.example/token", nonce: "n", now: Samples.now, identifier: "1"
        ).utf8)

    // From W3C Web Authentication Level 3, §16 Test Vectors (#sctn-test-vectors-none-es256).
    static let relyingParty = try! RelyingParty(id: "example.org", origins: ["https://example.org"], name: "Example")
    static let challenge = CeremonyChallenge(decoded("AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA"))!
    static let attestationObject = decoded(
        """
        o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikv6vDdDKViwYzYNOtZGHJxHNa5_jt1GWSpeDwFFKy5LVZAAAAAIRGzLmrHbN0\
        dQsjZ_9vOh8AIPkfOR20ybL94OpwGJy6P7Y_V5umEiszrZT_PsMwCEvkpQECAyYgASFYIK_voW-XypstI-uGzLZAmNINuQhWBi6y\
        ScM6m2cvJt9hIlggkwpWuHovymYzSwNFir-HlxfBLMaO1zKQry4mZHlrkiA
        """)

    static func registrationAnswer(attestationObject: [UInt8]) -> [UInt8] {
        let clientData = """
            {"type":"webauthn.create","challenge":"AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA",\
            "origin":"https://example.org","crossOrigin":false}
            """
        let identifier: JSON = "-R85HbTJsv3g6nAYnLo_tj9Xm6YSKzOtlP8-wzAIS-Q"
        return JSON.object([
            "id": identifier, "rawId": identifier, "type": "public-key",
            "response": [
                "clientDataJSON": .string(Base64URL.encode(Array(clientData.utf8))),
                "attestationObject": .string(Base64URL.encode(attestationObject)),
            ],
        ]).encoded()
    }

    private static let verifier = String(repeating: "v", count: 43)
    private static let details = """
        [{"type":"openid_credential","credential_configuration_id":"a","locations":["https://issuer.example"]}]
        """
    private static let claims = """
        {"userinfo":{"email":{"essential":true},"name":null},"id_token":{"acr":{"values":["a"]}}}
        """

    // Only for the constants above.
    private static func decoded(_ text: String) -> [UInt8] { try! Base64URL.decode(text) }
}
