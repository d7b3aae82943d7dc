package import Foundation
package import JOSE
import WireFormats

/// A client assertion whose signature nobody has checked yet, RFC 7523 §2.2.
package struct UnverifiedClientAssertion: Sendable {
    let token: UnverifiedJWS
    /// What `sub` says.
    package let clientID: String

    package init(parsing compact: String) throws(ClientAuthenticationRefusal) {
        do throws(JWTFault) {
            let rules = JWTHeaderRules(
                types: ["jwt", "client-authentication+jwt"], allowsNoType: true, algorithms: .everyAsymmetric)
            token = try rules.parse(compact)
            clientID = try JWTClaimReader(payload: token.payload)
                .requiredText("sub", maximum: ClientCredentials.maximumIDBytes)
        } catch {
            throw .assertion(error)
        }
        try ClientCredentials.check(clientID: clientID)
    }

    /// `kid`: which of the client's keys is wanted.
    package var keyID: String? { token.header["kid"]?.string }
}

/// A client's own signature over its name, RFC 7523 §3 as FAPI 2.0 Security Profile §5.3.2.1 narrows it.
package struct ClientAssertion: Sendable {
    package static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    package let clientID: String
    /// `jti`, 1 to 256 bytes.
    package let identifier: String
    package let expiresAt: Date

    /// What an assertion is checked against.
    package struct Expectation: Sendable {
        /// The authorization server's issuer identifier: what `aud` should say.
        package let issuer: String
        /// The client's.
        package let keys: VerificationKeys
        package let now: Date
        package let algorithms: Set<SignatureAlgorithm>
        package let audience: Audience
        /// Seconds that `exp` may be ahead.
        package let maximumLifetime: TimeInterval
        /// Seconds by which `iat` and `nbf` may be ahead: FAPI wants 10 accepted and 60 refused.
        package let clockSkew: TimeInterval

        package init(
            issuer: String, keys: VerificationKeys, now: Date,
            algorithms: Set<SignatureAlgorithm> = .sound, audience: Audience = .issuerOnly,
            maximumLifetime: TimeInterval = 600, clockSkew: TimeInterval = 30
        ) {
            self.issuer = issuer
            self.keys = keys
            self.now = now
            self.algorithms = algorithms
            self.audience = audience
            self.maximumLifetime = maximumLifetime
            self.clockSkew = clockSkew
        }
    }

    /// What `aud` may say.
    package enum Audience: Sendable {
        /// The issuer identifier as a string: anything else could be used at another server, FAPI 2.0 §5.3.2.1.
        case issuerOnly
        /// OpenID Connect Core §9: also one of these addresses, and several in an array.
        case issuerOr([String])
    }

    package init(
        verifying assertion: UnverifiedClientAssertion, expecting expected: Expectation
    ) throws(ClientAuthenticationRefusal) {
        do throws(JWTFault) {
            guard expected.algorithms.contains(assertion.token.algorithm) else { throw .algorithmNotAllowed }
            let claims = try JWTClaimReader(payload: try expected.keys.verify(assertion.token).payload)
            try claims.requireIssuer(assertion.clientID)
            switch expected.audience {
            case .issuerOnly: try claims.requireAudience([expected.issuer], .string)
            case .issuerOr(let others): try claims.requireAudience([expected.issuer] + others, .amongOthers)
            }
            expiresAt = try claims.requireUnexpired(at: expected.now, tolerance: 0)
            let latest = expected.now.addingTimeInterval(expected.maximumLifetime + expected.clockSkew)
            guard expiresAt <= latest else { throw .lastsTooLong }
            try claims.checkNotFromTheFuture(at: expected.now, tolerance: expected.clockSkew)
            identifier = try claims.requiredText("jti", maximum: 256)
        } catch {
            throw .assertion(error)
        }
        clientID = assertion.clientID
    }
}

/// Makes client assertions: the client's side of ``ClientAssertion``.
package struct ClientAssertionMaker: Sendable {
    package let clientID: String
    private let issuer: JWSIssuer

    /// - Parameter keyID: the `kid` of the key in the client's JWK Set.
    package init(signer: any JWSSigner, keyID: String?, clientID: String) {
        var header: JSONObject = ["typ": "JWT"]
        header.setText("kid", keyID)
        issuer = JWSIssuer(signer: signer, header: header)
        self.clientID = clientID
    }

    /// - Parameter audience: the authorization server's issuer identifier.
    /// - Throws: what the signer throws.
    package func assertion(
        audience: String, now: Date, lifetime: Duration = .seconds(60),
        identifier: String = Base64URL.encode(secureRandomBytes(16))
    ) throws -> String {
        var claims: JSONObject = [
            "iss": .string(clientID), "sub": .string(clientID), "aud": .string(audience), "jti": .string(identifier),
        ]
        claims.setTime("iat", now)
        claims.setTime("exp", now.addingTimeInterval(Double(lifetime.components.seconds)))
        return try issuer.sign(claims: claims)
    }

    /// The parameters of a request that is authenticated so.
    package static func parameters(_ assertion: String) -> [(name: String, value: String)] {
        [("client_assertion_type", ClientAssertion.assertionType), ("client_assertion", assertion)]
    }
}
