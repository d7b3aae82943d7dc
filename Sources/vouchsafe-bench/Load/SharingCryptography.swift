import Crypto
import CryptoExtras
import DataSharing
import Foundation
import JOSE
import WireFormats

/// The cryptography that no server can leave out when one scope is shared that a market keeps: hub and market together,
/// without the browser and without the service provider.
///
/// | Operation | Hub | Market |
/// |---|---|---|
/// | P-256 verification | 6 | 5 |
/// | P-256 signature | 3 | 1 |
/// | ECDH-ES with a fresh key, Concat KDF, A256KW, A256GCM of 3 KiB | none | 1 |
/// | SHA-256 of 3 KiB | 4 | 6 |
///
/// The hub verifies a client assertion and a DPoP proof at the pushed request and at the token request, the request
/// object and the approval; it signs the market's access token, the proof with it, and the ID token. The market verifies
/// access token, proof, request object, key statement and approval; it signs the release. Hashes are those of request,
/// approval, digest, JWE and token.
enum SharingCryptography {
    static let verifications = 11
    static let signatures = 4
    static let agreements = 1
    static let hashes = 10

    /// Microseconds of processor time of one sharing's operations, one after the other.
    static func oneSharing() throws -> Double {
        let key = P256.Signing.PrivateKey()
        let publicKey = key.publicKey
        let message = [UInt8](repeating: 7, count: 600)
        let document = [UInt8](repeating: 9, count: 3 << 10)
        let signature = try key.signature(for: SHA256.hash(data: message))
        let recipient = try PublicEncryptionKey(
            jwk: JWEPrivateKey.p256(P256.KeyAgreement.PrivateKey()).publicJWK)
        return try CryptographyLimit.perCall(300) {
            for _ in 0..<verifications {
                guard publicKey.isValidSignature(signature, for: SHA256.hash(data: message)) else {
                    throw BenchFailure("signature did not verify")
                }
            }
            for _ in 0..<signatures { _ = try key.signature(for: SHA256.hash(data: message)) }
            for _ in 0..<agreements {
                _ = try JWE.encrypt(document, to: recipient.recipient, encryption: .a256GCM)
            }
            for _ in 0..<hashes { _ = SHA256.hash(data: document) }
        }
    }
}
