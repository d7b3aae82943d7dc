package import Foundation
package import JOSE
package import WireFormats

/// Makes client attestations: the attester's side of ``ClientAttestation``.
package struct ClientAttestationMaker: Sendable {
    private let issuer: JWSIssuer
    private let attester: String?

    /// - Parameters:
    ///   - attester: `iss`.
    ///   - header: members by which the attester's key is found, such as `x5c` or `kid`.
    package init(signer: any JWSSigner, attester: String?, header: JSONObject = [:]) {
        var whole: JSONObject = ["typ": .string(ClientAttestation.type)]
        for member in header.members { whole[member.name] = member.value }
        issuer = JWSIssuer(signer: signer, header: whole)
        self.attester = attester
    }

    /// - Parameter key: that of the client's installation.
    /// - Throws: what the signer throws.
    package func attest(
        clientID: String, key: PublicKey, now: Date, lifetime: Duration
    ) throws -> String {
        var claims = JSONObject()
        claims.setText("iss", attester)
        claims["sub"] = .string(clientID)
        claims.setTime("iat", now)
        claims.setTime("exp", now.addingTimeInterval(Double(lifetime.components.seconds)))
        claims["cnf"] = ["jwk": .object(key.jwk)]
        return try issuer.sign(claims: claims)
    }
}

/// Makes proofs of possession of an attested key: the client's side of ``ClientAttestation``.
package struct ClientAttestationProofMaker: Sendable {
    private let issuer: JWSIssuer
    private let clientID: String

    /// - Parameter signer: has the attested key.
    package init(signer: any JWSSigner, clientID: String) {
        issuer = JWSIssuer(signer: signer, header: ["typ": .string(ClientAttestation.proofType)])
        self.clientID = clientID
    }

    /// - Parameters:
    ///   - audience: the authorization server's issuer identifier.
    ///   - challenge: the last one that this server gave.
    /// - Throws: what the signer throws.
    package func proof(
        audience: String, challenge: String?, now: Date,
        identifier: String = Base64URL.encode(secureRandomBytes(16))
    ) throws -> String {
        // Version 07 of the draft wants `iss`, later ones let it stand.
        var claims: JSONObject = [
            "iss": .string(clientID), "aud": .string(audience), "jti": .string(identifier),
        ]
        claims.setTime("iat", now)
        claims.setText("challenge", challenge)
        return try issuer.sign(claims: claims)
    }
}
