package import JOSE
package import WireFormats

/// A public key of P-256 that JWEs are encrypted to with ECDH-ES and A256KW: a person's, or a service provider's.
package struct PublicEncryptionKey: Sendable, Equatable {
    /// RFC 7638 thumbprint: `encryption_jkt`.
    package let thumbprint: String
    /// As the JWK names it; the thumbprint if it does not.
    package let keyID: String
    /// The required members, `use`, `alg` and `kid`.
    package let jwk: JSONObject
    package let recipient: JWERecipient

    package static func == (left: PublicEncryptionKey, right: PublicEncryptionKey) -> Bool { left.jwk == right.jwk }

    package init(jwk: JSONObject) throws(JWKRefusal) {
        guard jwk["crv"] == "P-256" else { throw .unsupportedCurve }
        // Also checks that the point is on the curve, that nothing private is shown, and what the key is for.
        _ = try JWERecipient(jwk: jwk, algorithm: .ecdhESA256KW)
        guard let x = jwk["x"], let y = jwk["y"] else { throw .malformedMember("x") }
        var whole: JSONObject = ["crv": "P-256", "kty": "EC", "x": x, "y": y]
        thumbprint = MessageHash(of: JSON.object(whole).encoded()).text
        if let stated = jwk["kid"] {
            guard let text = stated.string, (1...256).contains(text.utf8.count) else { throw .malformedMember("kid") }
            keyID = text
        } else {
            keyID = thumbprint
        }
        whole["use"] = "enc"
        whole["alg"] = .string(KeyManagementAlgorithm.ecdhESA256KW.rawValue)
        whole["kid"] = .string(keyID)
        self.jwk = whole
        recipient = try JWERecipient(jwk: whole, algorithm: .ecdhESA256KW)
    }
}
