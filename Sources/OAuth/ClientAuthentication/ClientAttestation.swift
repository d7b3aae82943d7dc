package import Foundation
package import JOSE
package import WireFormats

/// A client attestation with its proof of possession, whose signatures nobody has checked yet:
/// draft-ietf-oauth-attestation-based-client-auth §5.
package struct UnverifiedClientAttestation: Sendable {
    /// Its header says by whom: `x5c`, `kid`.
    package let attestation: UnverifiedJWS
    let proof: UnverifiedJWS
    /// What `sub` of the attestation says.
    package let clientID: String
    /// What `iss` of the attestation says.
    package let attester: String?

    package init(parsing attestation: String, proof: String) throws(ClientAuthenticationRefusal) {
        do throws(JWTFault) {
            let rules = JWTHeaderRules(
                types: [ClientAttestation.type], allowsNoType: false, algorithms: .everyAsymmetric)
            self.attestation = try rules.parse(attestation, maximumBytes: 32_768)
            let claims = try JWTClaimReader(payload: self.attestation.payload)
            clientID = try claims.requiredText("sub", maximum: ClientCredentials.maximumIDBytes)
            attester = try claims.text("iss")
        } catch {
            throw .attestation(error)
        }
        do throws(JWTFault) {
            let rules = JWTHeaderRules(
                types: [ClientAttestation.proofType], allowsNoType: false, algorithms: .everyAsymmetric)
            self.proof = try rules.parse(proof, maximumBytes: 8192)
        } catch {
            throw .attestationProof(error)
        }
        try ClientCredentials.check(clientID: clientID)
    }
}

/// An attester's word that a client is what it says, with the client's proof that the word is about itself:
/// draft-ietf-oauth-attestation-based-client-auth, of version 07 and later; OpenID4VCI 1.0 Appendix E. Whether the proof
/// was seen before, and whether its challenge is due and good, the caller decides.
package struct ClientAttestation: Sendable {
    package static let type = "oauth-client-attestation+jwt"
    package static let proofType = "oauth-client-attestation-pop+jwt"

    package let clientID: String
    package let attester: String?
    /// The key of this installation of the client.
    package let key: PublicKey
    package let expiresAt: Date
    /// All claims of the attestation.
    package let claims: JSONObject
    /// `jti` of the proof, 1 to 256 bytes.
    package let proofIdentifier: String
    package let proofIssuedAt: Date
    package let challenge: String?

    /// What an attestation is checked against.
    package struct Expectation: Sendable {
        /// The authorization server's issuer identifier.
        package let issuer: String
        package let now: Date
        package let algorithms: Set<SignatureAlgorithm>
        /// Seconds since `iat` of the proof, at most.
        package let maximumProofAge: TimeInterval
        /// Seconds since `iat` of the attestation, at most; an attestation is then refused that does not say.
        package let maximumAttestationAge: TimeInterval?
        /// Seconds by which clocks may differ.
        package let clockSkew: TimeInterval

        package init(
            issuer: String, now: Date, algorithms: Set<SignatureAlgorithm> = .sound,
            maximumProofAge: TimeInterval = 300, maximumAttestationAge: TimeInterval? = nil,
            clockSkew: TimeInterval = 30
        ) {
            self.issuer = issuer
            self.now = now
            self.algorithms = algorithms
            self.maximumProofAge = maximumProofAge
            self.maximumAttestationAge = maximumAttestationAge
            self.clockSkew = clockSkew
        }
    }

    /// - Parameter trustedKey: the key that the attestation must be signed by, given its header and its issuer, neither of
    ///   which is to be believed; throws if nobody trusted is named.
    package init(
        verifying unverified: UnverifiedClientAttestation, expecting expected: Expectation,
        trustedKey: (UnverifiedJWS, _ attester: String?) throws -> PublicKey
    ) throws(ClientAuthenticationRefusal) {
        guard let attesterKey = try? trustedKey(unverified.attestation, unverified.attester) else {
            throw .untrustedAttester
        }
        let attested = try Self.verifyAttestation(unverified.attestation, by: attesterKey, expected)
        let claims = attested.claims
        guard let jwk = claims.claims["cnf"]?["jwk"]?.object else { throw .attestation(.missingClaim("cnf")) }
        do throws(JWKRefusal) {
            key = try PublicKey(jwk: jwk, allowing: .rsa(default: .ps256))
        } catch {
            throw .attestedKey(error)
        }
        let proof = try Self.verifyProof(unverified.proof, of: unverified.clientID, by: key, expected)
        clientID = unverified.clientID
        attester = unverified.attester
        expiresAt = attested.expiresAt
        self.claims = claims.claims
        (proofIdentifier, proofIssuedAt, challenge) = (proof.identifier, proof.issuedAt, proof.challenge)
    }

    private static func verifyAttestation(
        _ token: UnverifiedJWS, by key: PublicKey, _ expected: Expectation
    ) throws(ClientAuthenticationRefusal) -> (claims: JWTClaimReader, expiresAt: Date) {
        let claims: JWTClaimReader
        let expiresAt: Date
        let issuedAt: Date?
        do throws(JWTFault) {
            guard expected.algorithms.contains(token.algorithm) else { throw .algorithmNotAllowed }
            claims = try JWTClaimReader(payload: try VerificationKeys(key).verify(token).payload)
            expiresAt = try claims.requireUnexpired(at: expected.now, tolerance: 0)
            try claims.checkNotFromTheFuture(at: expected.now, tolerance: expected.clockSkew)
            issuedAt = try claims.time("iat")
        } catch {
            throw .attestation(error)
        }
        if let maximumAge = expected.maximumAttestationAge {
            guard let issuedAt, issuedAt >= expected.now.addingTimeInterval(-maximumAge) else {
                throw .attestationTooOld
            }
        }
        return (claims, expiresAt)
    }

    private struct Proof {
        let identifier: String
        let issuedAt: Date
        let challenge: String?
    }

    private static func verifyProof(
        _ token: UnverifiedJWS, of clientID: String, by key: PublicKey, _ expected: Expectation
    ) throws(ClientAuthenticationRefusal) -> Proof {
        do throws(JWTFault) {
            guard expected.algorithms.contains(token.algorithm) else { throw .algorithmNotAllowed }
            let claims = try JWTClaimReader(payload: try VerificationKeys(key).verify(token).payload)
            // Version 07 has `iss`, later ones do not.
            if claims.claims["iss"] != nil { try claims.requireIssuer(clientID) }
            try claims.requireAudience([expected.issuer], .alone)
            if claims.claims["exp"] != nil { try claims.requireUnexpired(at: expected.now, tolerance: 0) }
            try claims.checkNotFromTheFuture(at: expected.now, tolerance: expected.clockSkew)
            let challenge = try claims.text("challenge")
            // Versions before 05 called it so.
            let nonce = try claims.text("nonce")
            return Proof(
                identifier: try claims.requiredText("jti", maximum: 256),
                issuedAt: try claims.requireFresh(
                    at: expected.now, maximumAge: expected.maximumProofAge, tolerance: expected.clockSkew),
                challenge: challenge ?? nonce)
        } catch {
            throw .attestationProof(error)
        }
    }
}
