package import Foundation
package import JOSE
import WireFormats

/// A signed answer about a token, RFC 9701 §5: for whoever must be able to show it later.
package enum IntrospectionJWT {
    package static let type = "token-introspection+jwt"
    /// What a resource server asks for by `Accept`, and what it gets.
    package static let mediaType = "application/token-introspection+jwt"

    /// The answer in `compact`, RFC 9701 §5 and §8.1.
    ///
    /// - Parameters:
    ///   - expected: the audience is the resource server's client identifier.
    ///   - maximumAge: seconds since `iat`.
    package static func verify(
        _ compact: String, expecting expected: TokenExpectation, maximumAge: TimeInterval = 60
    ) throws(JWTFault) -> IntrospectionResponse {
        let reader = try expected.claims(of: compact, types: [type])
        _ = try reader.requireFresh(at: expected.now, maximumAge: maximumAge, tolerance: expected.clockSkew)
        guard let answer = reader.claims["token_introspection"] else { throw .missingClaim("token_introspection") }
        guard let object = answer.object else { throw .malformedClaim("token_introspection") }
        return try IntrospectionResponse(JWTClaimReader(object))
    }
}

/// Makes signed answers about tokens: the authorization server's side of ``IntrospectionJWT``.
package struct IntrospectionJWTMaker: Sendable {
    private let signing: JWSIssuer
    private let issuer: String

    /// - Parameter issuer: the authorization server's issuer identifier.
    package init(signer: any JWSSigner, keyID: String, issuer: String) {
        signing = JWSIssuer(
            signer: signer, header: ["typ": .string(IntrospectionJWT.type), "kid": .string(keyID)])
        self.issuer = issuer
    }

    /// - Parameter audience: the resource server's client identifier.
    /// - Throws: what the signer throws.
    package func sign(_ response: IntrospectionResponse, audience: String, now: Date) throws -> String {
        var claims: JSONObject = ["iss": .string(issuer), "aud": .string(audience)]
        claims.setTime("iat", now)
        claims["token_introspection"] = .object(response.json)
        return try signing.sign(claims: claims)
    }
}
