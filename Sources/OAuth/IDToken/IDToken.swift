import Foundation
package import JOSE
import WireFormats

/// Why a client does not believe an ID token.
package enum IDTokenRefusal: Error, Equatable {
    case jwt(JWTFault)
    /// Several audiences and no `azp`, or one that is another client.
    case wrongAuthorizedParty
    case missingNonce
    case wrongNonce
    /// The person was authenticated longer ago than was asked.
    case authenticatedTooLongAgo
    case wrongACR
    /// `at_hash` is not that of the access token.
    case otherAccessToken
}

/// Who has logged in, OpenID Connect Core §2, checked as §3.1.3.7 asks of a client.
package struct IDToken: Sendable {
    package let claims: IDTokenClaims

    /// What the client asked for.
    package struct Expectation: Sendable {
        /// The audience is the client's identifier; the algorithms are the one it registered.
        package let token: TokenExpectation
        package let nonce: Nonce
        /// Nil if the request had no `max_age`.
        package let maxAge: Duration?
        /// Any of them will do; empty if none was asked for.
        package let acrValues: [String]
        /// What came with the ID token; nil if nothing did.
        package let accessToken: String?

        package init(
            token: TokenExpectation, nonce: Nonce, maxAge: Duration?, acrValues: [String], accessToken: String?
        ) {
            self.token = token
            self.nonce = nonce
            self.maxAge = maxAge
            self.acrValues = acrValues
            self.accessToken = accessToken
        }
    }

    package enum Nonce: Sendable {
        case sent(String)
        /// As after a refresh: the request had none.
        case notSent
    }

    package init(verifying compact: String, expecting expected: Expectation) throws(IDTokenRefusal) {
        let token = expected.token
        let reader: JWTClaimReader
        do throws(JWTFault) {
            reader = try token.claims(of: compact, types: ["jwt"], allowsNoType: true)
            try reader.requireUnexpired(at: token.now, tolerance: token.clockSkew)
            // A logout token without a type would pass otherwise.
            guard reader.claims["events"] == nil else { throw .wrongType }
            claims = try IDTokenClaims(reader)
        } catch {
            throw .jwt(error)
        }
        try Self.checkParty(claims, token.audience)
        try Self.checkNonce(claims, expected.nonce)
        try Self.checkAuthentication(claims, expected)
        if let accessToken = expected.accessToken, let stated = reader.claims["at_hash"] {
            let isRight = token.algorithms.contains {
                stated == .string(IDTokenClaims.hash(of: accessToken, algorithm: $0))
            }
            guard isRight else { throw .otherAccessToken }
        }
    }

    private static func checkParty(_ claims: IDTokenClaims, _ clientID: String) throws(IDTokenRefusal) {
        guard let party = claims.authorizedParty else {
            guard claims.audiences.count == 1 else { throw .wrongAuthorizedParty }
            return
        }
        guard party.hasSameBytes(as: clientID) else { throw .wrongAuthorizedParty }
    }

    private static func checkNonce(_ claims: IDTokenClaims, _ expected: Nonce) throws(IDTokenRefusal) {
        guard case .sent(let sent) = expected else { return }
        guard let nonce = claims.nonce else { throw .missingNonce }
        guard constantTimeEqual(Array(nonce.utf8), Array(sent.utf8)) else { throw .wrongNonce }
    }

    private static func checkAuthentication(
        _ claims: IDTokenClaims, _ expected: Expectation
    ) throws(IDTokenRefusal) {
        if let maxAge = expected.maxAge {
            guard let instant = claims.authenticatedAt else { throw .jwt(.missingClaim("auth_time")) }
            let oldest = expected.token.now.addingTimeInterval(
                -Double(maxAge.components.seconds) - expected.token.clockSkew)
            guard instant >= oldest else { throw .authenticatedTooLongAgo }
        }
        if !expected.acrValues.isEmpty {
            guard let acr = claims.acr, expected.acrValues.contains(where: { $0.hasSameBytes(as: acr) }) else {
                throw .wrongACR
            }
        }
    }
}

/// An ID token that a provider is shown its own again: `id_token_hint` of OpenID Connect Core §3.1.2.1 and RP-Initiated
/// Logout 1.0 §2. It may have expired.
package struct IDTokenHint: Sendable {
    package let claims: IDTokenClaims

    /// - Parameters:
    ///   - issuer: this provider.
    ///   - keys: this provider's, those it signed with before too.
    package init(
        verifying compact: String, issuer: String, keys: VerificationKeys,
        algorithms: Set<SignatureAlgorithm> = Set<SignatureAlgorithm>.sound.union([.rs256])
    ) throws(JWTFault) {
        let rules = JWTHeaderRules(types: ["jwt"], allowsNoType: true, algorithms: algorithms)
        let token = try rules.parse(compact, maximumBytes: 262_144)
        let reader = try JWTClaimReader(payload: try keys.verify(token).payload)
        try reader.requireIssuer(issuer)
        claims = try IDTokenClaims(reader)
    }
}
