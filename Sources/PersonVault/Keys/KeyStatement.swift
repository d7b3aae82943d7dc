import Foundation
import JOSE
import OAuth
import WireFormats

/// What a person says of their keys: JWT `typ: person-key+jwt`, signed by the signing key before, the first by itself
/// (docs/design/014-consented-data-sharing.md, "Keys of a person").
enum KeyStatement {
    static let type = "person-key+jwt"
    /// Seconds that a statement may be old, or ahead, when it comes.
    static let freshness: TimeInterval = 300
    private static let maximumBytes = 4096

    /// Checks that `compact` is about `keys` and follows `previous`.
    static func check(
        _ compact: String, of keys: PersonKeys, following previous: PersonKeys?, at instant: Date
    ) throws(VaultRefusal) {
        do throws(JWTFault) {
            let signer = previous ?? keys
            let claims = try SignedByPerson.payload(
                of: compact, type: type, by: signer, maximumBytes: maximumBytes, at: instant)
            guard claims["enc"]?.object == keys.encryption else { throw .malformedClaim("enc") }
            guard claims["sig"]?.object == keys.signing else { throw .malformedClaim("sig") }
            guard claims["previous"] == previous.map({ .string($0.signingID) }) else {
                throw .malformedClaim("previous")
            }
        } catch {
            throw .malformed("statement", error.sentence)
        }
    }
}

/// A JWT by a person's signing key, made a moment ago.
enum SignedByPerson {
    static func payload(
        of compact: String, type: String, by keys: PersonKeys, maximumBytes: Int, at instant: Date
    ) throws(JWTFault) -> JSONObject {
        guard compact.utf8.count <= maximumBytes else { throw .jws(.tooLong) }
        let token: UnverifiedJWS
        let verified: VerifiedJWS
        do throws(JWSRefusal) {
            token = try UnverifiedJWS(parsing: compact, accepting: [.es256])
            verified = try token.verify(with: keys.signingKey)
        } catch {
            throw .jws(error)
        }
        guard token.header["typ"] == .string(type) else { throw .wrongType }
        guard token.header["kid"] == .string(keys.signingID) else { throw .noMatchingKey }
        guard let claims = (try? JSON(parsing: verified.payload))?.object else { throw .claimsNotJSONObject }
        guard let seconds = claims["iat"]?.integer else { throw .missingClaim("iat") }
        let age = instant.timeIntervalSince1970 - Double(seconds)
        guard age <= KeyStatement.freshness else { throw .stale }
        guard age >= -KeyStatement.freshness else { throw .fromTheFuture }
        return claims
    }
}
