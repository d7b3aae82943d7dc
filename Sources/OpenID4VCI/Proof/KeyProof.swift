package import Foundation
package import JOSE
package import WireFormats

/// Why a key proof is refused.
package enum KeyProofRefusal: Error, Equatable {
    case jws(JWSRefusal)
    case wrongType
    case algorithmNotAllowed
    case noKey
    /// More than one of `jwk`, `kid`, `x5c`, `trust_chain`.
    case severalKeys
    case unsupportedKeyReference
    case jwk(JWKRefusal)
    case did(DIDRefusal)
    case payloadNotJSONObject
    case missingClaim(String)
    case wrongAudience
    case stale
    case fromTheFuture
    /// There is no `nonce`, though the issuer has a nonce endpoint.
    case missingNonce
}

/// A proof that the wallet has the key it wants a credential for: proof type `jwt`, OpenID4VCI 1.0 Appendix F.1
/// (#jwt-proof-type), checked as F.4 asks except for the nonce, which only the issuer's store can spend.
package struct VerifiedKeyProof: Sendable {
    package static let type = "openid4vci-proof+jwt"

    package let key: PublicKey
    /// The DID by which `kid` named the key.
    package let did: String?
    /// The required members of the key, taken from the proof: base64url has one spelling, so they are the key's own.
    package let jwk: JSONObject?
    package let nonce: String

    /// What a proof is checked against.
    package struct Expectation: Sendable {
        /// The credential issuer identifier.
        package let audience: String
        package let algorithms: Set<SignatureAlgorithm>
        package let now: Date
        /// How old a proof may be.
        package let maximumAge: TimeInterval
        /// How far a wallet's clock may be ahead.
        package let clockTolerance: TimeInterval

        package init(
            audience: String, algorithms: Set<SignatureAlgorithm>, now: Date, maximumAge: TimeInterval,
            clockTolerance: TimeInterval = 60
        ) {
            self.audience = audience
            self.algorithms = algorithms
            self.now = now
            self.maximumAge = maximumAge
            self.clockTolerance = clockTolerance
        }
    }

    package init(verifying compact: String, against expected: Expectation) throws(KeyProofRefusal) {
        let token: UnverifiedJWS
        do throws(JWSRefusal) {
            token = try UnverifiedJWS(parsing: compact)
        } catch {
            throw .jws(error)
        }
        guard token.header["typ"] == .string(Self.type) else { throw .wrongType }
        guard expected.algorithms.contains(token.algorithm) else { throw .algorithmNotAllowed }
        let (key, did) = try Self.key(in: token.header)
        let verified: VerifiedJWS
        do throws(JWSRefusal) {
            verified = try token.verify(with: key)
        } catch {
            throw .jws(error)
        }
        guard let claims = (try? JSON(parsing: verified.payload))?.object else { throw .payloadNotJSONObject }
        try Self.checkAudience(claims, expected.audience)
        try Self.checkTime(claims, expected)
        guard let nonce = claims["nonce"]?.string, !nonce.isEmpty else { throw .missingNonce }
        self.key = key
        self.did = did
        jwk = token.header["jwk"]?.object.map(key.requiredMembers)
        self.nonce = nonce
    }

    private static func key(in header: JSONObject) throws(KeyProofRefusal) -> (PublicKey, did: String?) {
        let present = ["jwk", "kid", "x5c", "trust_chain"].filter { header[$0] != nil }
        guard present.count <= 1 else { throw .severalKeys }
        switch present.first {
        case "jwk":
            guard let jwk = header["jwk"]?.object else { throw .jwk(.malformedMember("jwk")) }
            do throws(JWKRefusal) {
                return (try PublicKey(jwk: jwk), nil)
            } catch {
                throw .jwk(error)
            }
        case "kid":
            guard let kid = header["kid"]?.string, kid.hasPrefix("did:") else { throw .unsupportedKeyReference }
            do throws(DIDRefusal) {
                return (try DIDKeyMaterial.publicKey(for: kid), DIDKeyMaterial.did(of: kid))
            } catch {
                throw .did(error)
            }
        case nil: throw .noKey
        default: throw .unsupportedKeyReference
        }
    }

    /// RFC 7519 §4.1.3 lets `aud` be one string or an array; an array for several parties would make the proof usable
    /// at all of them, so one element is the most.
    private static func checkAudience(_ claims: JSONObject, _ audience: String) throws(KeyProofRefusal) {
        guard let stated = claims["aud"] else { throw .missingClaim("aud") }
        guard stated == .string(audience) || stated == .array([.string(audience)]) else { throw .wrongAudience }
    }

    private static func checkTime(_ claims: JSONObject, _ expected: Expectation) throws(KeyProofRefusal) {
        guard let issuedAt = claims["iat"]?.number else { throw .missingClaim("iat") }
        let age = expected.now.timeIntervalSince1970 - issuedAt
        guard age <= expected.maximumAge else { throw .stale }
        guard age >= -expected.clockTolerance else { throw .fromTheFuture }
        if let expires = claims["exp"]?.number,
            expires + expected.clockTolerance <= expected.now.timeIntervalSince1970
        {
            throw .stale
        }
        if let notBefore = claims["nbf"]?.number,
            notBefore - expected.clockTolerance > expected.now.timeIntervalSince1970
        {
            throw .fromTheFuture
        }
    }
}

/// Makes key proofs: the wallet's side of ``VerifiedKeyProof``.
package enum KeyProofMaker {
    /// How the proof names its key.
    package enum KeyReference: Sendable {
        case jwk
        case didJWK
        case didKey
    }

    package static func makeProof(
        key: PrivateKey, reference: KeyReference, audience: String, nonce: String, issuedAt: Date,
        clientID: String? = nil
    ) throws -> String {
        var header: JSONObject = ["typ": .string(VerifiedKeyProof.type)]
        switch reference {
        case .jwk: header["jwk"] = .object(key.publicKey.jwk)
        case .didJWK: header["kid"] = .string(DIDKeyMaterial.didJWK(for: key.publicKey) + "#0")
        case .didKey:
            let did = DIDKeyMaterial.didKey(for: key.publicKey)
            header["kid"] = .string(did + "#" + did.dropFirst("did:key:".count))
        }
        var claims: JSONObject = [
            "aud": .string(audience), "iat": .integer(Int64(issuedAt.timeIntervalSince1970)), "nonce": .string(nonce),
        ]
        if let clientID { claims["iss"] = .string(clientID) }
        let compact = try JWSIssuer(signer: key, header: header).sign(payload: JSON.object(claims).encoded())
        return String(decoding: compact, as: UTF8.self)
    }
}
