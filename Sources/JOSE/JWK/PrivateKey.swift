package import Crypto

/// A private signature key held in this process.
package enum PrivateKey: Sendable {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
    case rsa(RSAPrivateKey)

    /// A fresh P-256 key. From random bytes: the library's own generator spends ten times as long on a pairwise check.
    package static func generateP256() -> PrivateKey {
        while true {
            let bytes = secureRandomBytes(32)
            // Only zero or a value past the group's order is refused: about one in 2^32.
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) { return .p256(key) }
        }
    }

    /// A fresh key; one of RSA has 2048 bits.
    package static func generate(_ algorithm: SignatureAlgorithm) -> PrivateKey {
        switch algorithm {
        case .es256: generateP256()
        case .es384: .p384(P384.Signing.PrivateKey())
        case .edDSA: .ed25519(Curve25519.Signing.PrivateKey())
        case .ps256: .rsa(RSAPrivateKey.generate(.ps256))
        case .rs256: .rsa(RSAPrivateKey.generate(.rs256))
        }
    }

    package var publicKey: PublicKey {
        switch self {
        case .p256(let key): .p256(key.publicKey)
        case .p384(let key): .p384(key.publicKey)
        case .ed25519(let key): .ed25519(key.publicKey)
        case .rsa(let key): .rsa(key.publicKey)
        }
    }

    /// The private scalar or seed, or the PKCS#8 DER of an RSA key, for storing it sealed.
    package var rawRepresentation: [UInt8] {
        switch self {
        case .p256(let key): Array(key.rawRepresentation)
        case .p384(let key): Array(key.rawRepresentation)
        case .ed25519(let key): Array(key.rawRepresentation)
        case .rsa(let key): key.derRepresentation
        }
    }

    /// The key of ``rawRepresentation``; an RSA key may be PKCS#1 DER too.
    ///
    /// - Throws: `CryptoKitError` if `bytes` are no key of that algorithm, `JWKRefusal` if an RSA key is too large.
    package init(_ algorithm: SignatureAlgorithm, rawRepresentation bytes: [UInt8]) throws {
        switch algorithm {
        case .es256: self = .p256(try P256.Signing.PrivateKey(rawRepresentation: bytes))
        case .es384: self = .p384(try P384.Signing.PrivateKey(rawRepresentation: bytes))
        case .edDSA: self = .ed25519(try Curve25519.Signing.PrivateKey(rawRepresentation: bytes))
        case .ps256: self = .rsa(try RSAPrivateKey(derRepresentation: bytes, scheme: .ps256))
        case .rs256: self = .rsa(try RSAPrivateKey(derRepresentation: bytes, scheme: .rs256))
        }
    }
}

extension PrivateKey: JWSSigner {
    package var algorithm: SignatureAlgorithm { publicKey.algorithm }

    package func sign(_ message: [UInt8]) throws -> [UInt8] {
        switch self {
        case .p256(let key): Array(try key.signature(for: SHA256.hash(data: message)).rawRepresentation)
        case .p384(let key): Array(try key.signature(for: SHA384.hash(data: message)).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: message))
        case .rsa(let key): try key.sign(message)
        }
    }
}
