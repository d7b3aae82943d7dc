package import Crypto
import CryptoExtras
import Foundation
package import WireFormats

/// A private key that JWEs are opened with.
package enum JWEPrivateKey: Sendable {
    case p256(P256.KeyAgreement.PrivateKey)
    case p384(P384.KeyAgreement.PrivateKey)
    case rsa(RSADecryptionKey)

    /// The required members of the public key, in lexicographic order. Who publishes it adds `use`, `alg` and `kid`.
    package var publicJWK: JSONObject {
        switch self {
        case .p256(let key): JSONObject(curve: "P-256", point: key.publicKey.rawRepresentation)
        case .p384(let key): JSONObject(curve: "P-384", point: key.publicKey.rawRepresentation)
        case .rsa(let key): key.numbers.jwk
        }
    }

    /// The content encryption key of `jwe`, nil if it was not encrypted to this key.
    func contentKey(of jwe: SealedJWE) throws(JWERefusal) -> [UInt8]? {
        switch (self, jwe.algorithm) {
        case (.rsa(let key), .rsaOAEP256): return key.decrypt(jwe.encryptedKey, .PKCS1_OAEP_SHA256)
        case (.rsa(let key), .rsaOAEP): return key.decrypt(jwe.encryptedKey, .PKCS1_OAEP)
        case (.p256, .ecdhES), (.p256, .ecdhESA128KW), (.p256, .ecdhESA256KW), (.p384, .ecdhES),
            (.p384, .ecdhESA128KW), (.p384, .ecdhESA256KW):
            let agreed = try AgreedKey(jwe.header, jwe.algorithm, jwe.encryption)
            return Self.unwrap(jwe, with: agreed.derive(from: try secret(with: jwe.header)))
        case (.rsa, _), (.p256, _), (.p384, _): throw .keyOfOtherAlgorithm
        }
    }

    private static func unwrap(_ jwe: SealedJWE, with derived: [UInt8]) -> [UInt8]? {
        guard jwe.algorithm.wrappingKeyLength != nil else { return jwe.encryptedKey.isEmpty ? derived : nil }
        // Key wrap adds eight bytes, RFC 3394 §2.2.1.
        guard jwe.encryptedKey.count == jwe.encryption.keyLength + 8 else { return nil }
        let key = try? AES.KeyWrap.unwrap(jwe.encryptedKey, using: SymmetricKey(data: derived))
        return key.map { key in key.withUnsafeBytes { Array($0) } }
    }

    /// What is agreed upon with the sender's `epk`, RFC 7518 §4.6.1.1.
    private func secret(with header: JSONObject) throws(JWERefusal) -> [UInt8] {
        guard let epk = header["epk"]?.object else { throw .malformedHeaderMember("epk") }
        let ephemeral: AgreementPublicKey
        do throws(JWKRefusal) {
            ephemeral = try AgreementPublicKey(jwk: epk)
        } catch {
            throw .ephemeralKey(error)
        }
        let secret: SharedSecret?
        switch (self, ephemeral) {
        case (.p256(let key), .p256(let ephemeral)): secret = try? key.sharedSecretFromKeyAgreement(with: ephemeral)
        case (.p384(let key), .p384(let ephemeral)): secret = try? key.sharedSecretFromKeyAgreement(with: ephemeral)
        default: throw .ephemeralKey(.unsupportedCurve)
        }
        guard let secret else { throw .undecryptable }
        return secret.withUnsafeBytes { Array($0) }
    }
}

/// An RSA private key of 2048 to 4096 bits that decrypts. The library's type is not `Sendable`, so this has its bytes.
package struct RSADecryptionKey: Sendable {
    let numbers: RSAPublicNumbers
    /// PKCS#8 in DER.
    package let derRepresentation: [UInt8]

    /// From PKCS#8 or PKCS#1 in DER.
    ///
    /// - Throws: `JWKRefusal.malformedMember` for a key of another size, else `CryptoKitError`, also for a modulus that
    ///   is not of whole bytes.
    package init(derRepresentation bytes: [UInt8]) throws {
        // Any scheme will do for the checks, which are those of signature keys.
        let key = try RSAPrivateKey(derRepresentation: bytes, scheme: .ps256)
        numbers = key.publicKey.numbers
        derRepresentation = key.derRepresentation
        _ = try _RSA.Encryption.PrivateKey(derRepresentation: derRepresentation)
    }

    fileprivate func decrypt(_ encrypted: [UInt8], _ padding: _RSA.Encryption.Padding) -> [UInt8]? {
        guard encrypted.count == numbers.modulus.count,
            let key = try? _RSA.Encryption.PrivateKey(derRepresentation: derRepresentation)
        else { return nil }
        return (try? key.decrypt(encrypted, padding: padding)).map { Array($0) }
    }
}
