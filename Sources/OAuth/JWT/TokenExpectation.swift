package import Foundation
package import JOSE

/// What a signed token from another party is checked against.
package struct TokenExpectation: Sendable {
    package let issuer: String
    /// Whoever reads the token: `aud` must name it.
    package let audience: String
    /// The issuer's.
    package let keys: VerificationKeys
    package let algorithms: Set<SignatureAlgorithm>
    package let now: Date
    /// Seconds by which clocks may differ.
    package let clockSkew: TimeInterval

    package init(
        issuer: String, audience: String, keys: VerificationKeys, now: Date,
        algorithms: Set<SignatureAlgorithm> = .sound, clockSkew: TimeInterval = 30
    ) {
        self.issuer = issuer
        self.audience = audience
        self.keys = keys
        self.algorithms = algorithms
        self.now = now
        self.clockSkew = clockSkew
    }

    /// The claims of `compact` if its type is one of `types`, its signature is good, and issuer and audience are right.
    package func claims(
        of compact: String, types: [String], allowsNoType: Bool = false
    ) throws(JWTFault) -> JWTClaimReader {
        let rules = JWTHeaderRules(types: types, allowsNoType: allowsNoType, algorithms: algorithms)
        let token = try rules.parse(compact, maximumBytes: 262_144)
        let claims = try JWTClaimReader(payload: try keys.verify(token).payload)
        try claims.requireIssuer(issuer)
        try claims.requireAudience([audience], .amongOthers)
        try claims.checkNotFromTheFuture(at: now, tolerance: clockSkew)
        return claims
    }
}
