package import JOSE
package import WireFormats

/// Why the key binding JWT of a presentation is refused.
package enum KeyBindingRefusal: Error, Equatable {
    case noHolderKey
    case jws(JWSRefusal)
    case wrongType
    case payloadNotJSONObject
    case wrongNonce
    case wrongAudience
    case notFresh
    /// `sd_hash` is of another presentation.
    case wrongHash
}

extension VerifiedSDJWT {
    /// What a verifier asked the holder to sign.
    package struct KeyBindingExpectation: Sendable {
        package let nonce: String
        package let audience: String
        /// Accepted values of `iat`, seconds since 1970.
        package let issuedAt: ClosedRange<Int64>

        package init(nonce: String, audience: String, issuedAt: ClosedRange<Int64>) {
            (self.nonce, self.audience, self.issuedAt) = (nonce, audience, issuedAt)
        }
    }

    /// The key in `cnf`, RFC 7800 §3.2; nil if the credential is not bound to a key.
    package func holderKey() throws(JWKRefusal) -> PublicKey? {
        guard let jwk = payload["cnf"]?["jwk"]?.object else { return nil }
        return try PublicKey(jwk: jwk)
    }

    /// Checks the key binding JWT, RFC 9901 §7.3 step 5, and gives its payload.
    package func verifyKeyBinding(_ expected: KeyBindingExpectation) throws(SDJWTRefusal) -> JSONObject {
        guard let compact = keyBindingJWT else { throw .missingKeyBinding }
        do throws(KeyBindingRefusal) {
            return try verify(compact, expected)
        } catch {
            throw .keyBinding(error)
        }
    }

    private func verify(
        _ compact: [UInt8], _ expected: KeyBindingExpectation
    ) throws(KeyBindingRefusal) -> JSONObject {
        guard let key = (try? holderKey()) ?? nil else { throw .noHolderKey }
        let token: VerifiedJWS
        do throws(JWSRefusal) {
            token = try UnverifiedJWS(parsing: compact).verify(with: key)
        } catch {
            throw .jws(error)
        }
        guard token.header["typ"] == "kb+jwt" else { throw .wrongType }
        guard let claims = (try? JSON(parsing: token.payload))?.object else { throw .payloadNotJSONObject }
        guard claims["nonce"] == .string(expected.nonce) else { throw .wrongNonce }
        guard claims["aud"] == .string(expected.audience) else { throw .wrongAudience }
        guard let issuedAt = claims["iat"]?.integer, expected.issuedAt.contains(issuedAt) else { throw .notFresh }
        guard claims["sd_hash"] == .string(Base64URL.encode(presentationHash)) else { throw .wrongHash }
        return claims
    }
}
