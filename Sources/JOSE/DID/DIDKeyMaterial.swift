import Crypto
import WireFormats

/// Why a DID or DID URL gives no key.
package enum DIDRefusal: Error, Equatable {
    case unsupportedMethod
    case malformed
    /// The fragment names a key that the DID document does not have.
    case unknownKey
    case unsupportedKeyType
    case key(JWKRefusal)
}

/// Keys of the DID methods that carry the key in the DID itself: did:jwk and did:key.
package enum DIDKeyMaterial {
    /// Longer than any DID of an accepted key.
    package static let maximumBytes = 2048

    /// The key that a DID, or a DID URL with the fragment of its only verification method, stands for.
    package static func publicKey(for didURL: String) throws(DIDRefusal) -> PublicKey {
        guard didURL.utf8.count <= maximumBytes else { throw .malformed }
        let parts = didURL.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let fragment = parts.count == 2 ? String(parts[1]) : nil
        if parts[0].hasPrefix("did:jwk:") {
            return try publicKey(ofJWK: parts[0].dropFirst(8), fragment: fragment)
        }
        if parts[0].hasPrefix("did:key:") {
            return try publicKey(ofMultibase: String(parts[0].dropFirst(8)), fragment: fragment)
        }
        throw .unsupportedMethod
    }

    /// The DID without fragment.
    package static func did(of didURL: String) -> String {
        String(didURL.prefix { $0 != "#" })
    }

    /// did:jwk: base64url of the JWK; its only verification method is `#0`.
    package static func didJWK(for key: PublicKey) -> String {
        "did:jwk:" + Base64URL.encode(JSON.object(key.jwk).encoded())
    }

    /// did:key: multibase base58-btc of the multicodec prefix and the compressed key, or the PKCS#1 DER of an RSA key.
    ///
    /// DIDs of RSA keys can be written but are not read.
    package static func didKey(for key: PublicKey) -> String {
        switch key {
        case .p256(let key): "did:key:z" + Base58BTC.encode([0x80, 0x24] + key.compressedRepresentation)
        case .p384(let key): "did:key:z" + Base58BTC.encode([0x81, 0x24] + key.compressedRepresentation)
        case .ed25519(let key): "did:key:z" + Base58BTC.encode([0xED, 0x01] + key.rawRepresentation)
        case .rsa(let key): "did:key:z" + Base58BTC.encode([0x85, 0x24] + key.derRepresentation)
        }
    }

    private static func publicKey(
        ofJWK encoded: Substring, fragment: String?
    ) throws(DIDRefusal) -> PublicKey {
        guard fragment == nil || fragment == "0" else { throw .unknownKey }
        guard let bytes = try? Base64URL.decode(encoded), let jwk = (try? JSON(parsing: bytes))?.object else {
            throw .malformed
        }
        do throws(JWKRefusal) {
            return try PublicKey(jwk: jwk)
        } catch {
            throw .key(error)
        }
    }

    private static func publicKey(
        ofMultibase encoded: String, fragment: String?
    ) throws(DIDRefusal) -> PublicKey {
        if let fragment, !fragment.hasSameBytes(as: encoded) { throw .unknownKey }
        guard encoded.first == "z", let bytes = try? Base58BTC.decode(String(encoded.dropFirst())), bytes.count > 2
        else { throw .malformed }
        let material = Array(bytes[2...])
        switch (bytes[0], bytes[1]) {
        case (0x80, 0x24):
            guard let key = try? P256.Signing.PublicKey(compressedRepresentation: material) else {
                throw .key(.pointNotOnCurve)
            }
            return .p256(key)
        case (0x81, 0x24):
            guard let key = try? P384.Signing.PublicKey(compressedRepresentation: material) else {
                throw .key(.pointNotOnCurve)
            }
            return .p384(key)
        case (0xED, 0x01):
            do throws(JWKRefusal) {
                return try PublicKey(ed25519: material)
            } catch {
                throw .key(error)
            }
        default: throw .unsupportedKeyType
        }
    }
}
