package import JOSE
import WireFormats

/// An access token that says itself what it is for, RFC 9068, verified as §4 asks.
package struct AccessTokenJWT: Sendable {
    package static let type = "at+jwt"

    /// `iss`, `sub`, `aud`, `client_id`, `iat`, `exp` and `jti` are among them.
    package let claims: AccessTokenClaims

    package init(verifying compact: String, expecting expected: TokenExpectation) throws(JWTFault) {
        let reader = try expected.claims(of: compact, types: [Self.type])
        try reader.requireUnexpired(at: expected.now, tolerance: 0)
        for name in ["sub", "client_id", "jti"] { _ = try reader.requiredText(name) }
        _ = try reader.requiredTime("iat")
        claims = try AccessTokenClaims(reader)
    }
}

/// Makes access tokens that say themselves what they are for: the authorization server's side of ``AccessTokenJWT``.
package struct AccessTokenJWTMaker: Sendable {
    private let issuer: JWSIssuer

    package init(signer: any JWSSigner, keyID: String) {
        issuer = JWSIssuer(signer: signer, header: ["typ": .string(AccessTokenJWT.type), "kid": .string(keyID)])
    }

    /// - Throws: what the signer throws.
    package func sign(_ claims: AccessTokenClaims) throws -> String {
        try issuer.sign(claims: claims.json)
    }
}
