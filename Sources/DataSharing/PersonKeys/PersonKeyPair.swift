package import JOSE
package import WireFormats

/// Why JWKs are not the keys of a person.
package enum PersonKeysRefusal: Error, Equatable {
    case encryptionKey(JWKRefusal)
    case signingKey(JWKRefusal)
    /// `kid` is not the RFC 7638 thumbprint.
    case wrongKeyID
    /// One key for both uses.
    case sameKey
}

/// The public keys of a person: one to encrypt to, one that signs. Both are of P-256 and made in the person's browser.
package struct PersonKeyPair: Sendable, Equatable {
    package let encryption: PublicEncryptionKey
    package let signing: PublicKey
    /// RFC 7638 thumbprint of the signing key.
    package let signingKeyID: String

    /// - Parameters:
    ///   - encryption: `use` `enc`, `alg` `ECDH-ES+A256KW`, `kid`.
    ///   - signing: `use` `sig`, `alg` `ES256`, `kid`.
    package init(encryption: JSONObject, signing: JSONObject) throws(PersonKeysRefusal) {
        do throws(JWKRefusal) {
            self.encryption = try PublicEncryptionKey(jwk: encryption)
        } catch {
            throw .encryptionKey(error)
        }
        do throws(JWKRefusal) {
            self.signing = try PublicKey(jwk: signing)
            guard self.signing.algorithm == .es256 else { throw .unsupportedCurve }
        } catch {
            throw .signingKey(error)
        }
        signingKeyID = Base64URL.encode(self.signing.thumbprint)
        guard encryption["kid"] == .string(self.encryption.thumbprint), signing["kid"] == .string(signingKeyID)
        else { throw .wrongKeyID }
        guard signingKeyID != self.encryption.thumbprint else { throw .sameKey }
    }

    package init(encryption: PublicEncryptionKey, signing: PublicKey) {
        self.encryption = encryption
        self.signing = signing
        signingKeyID = Base64URL.encode(signing.thumbprint)
    }

    package var signingJWK: JSONObject {
        var jwk = signing.jwk
        jwk["use"] = "sig"
        jwk["alg"] = "ES256"
        jwk["kid"] = .string(signingKeyID)
        return jwk
    }
}
