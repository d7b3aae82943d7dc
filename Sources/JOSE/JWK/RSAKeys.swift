package import CryptoExtras
package import Foundation
import WireFormats

/// How an RSA key signs, RFC 7518 §3.3 and §3.5, always with SHA-256. A key keeps to one of them.
package enum RSAScheme: Sendable {
    case ps256
    case rs256

    /// Nil for an algorithm that is not RSA's.
    package init?(_ algorithm: SignatureAlgorithm) {
        switch algorithm {
        case .ps256: self = .ps256
        case .rs256: self = .rs256
        case .es256, .es384, .edDSA: return nil
        }
    }

    package var algorithm: SignatureAlgorithm {
        switch self {
        case .ps256: .ps256
        case .rs256: .rs256
        }
    }

    fileprivate var padding: _RSA.Signing.Padding {
        switch self {
        case .ps256: .PSS
        case .rs256: .insecurePKCS1v1_5
        }
    }
}

/// An RSA public key of 2048 to 4096 bits, fixed to one scheme.
package struct RSAPublicKey: Sendable {
    package let key: _RSA.Signing.PublicKey
    package let scheme: RSAScheme
    let numbers: RSAPublicNumbers

    init(_ numbers: RSAPublicNumbers, scheme: RSAScheme) throws(JWKRefusal) {
        guard let key = try? _RSA.Signing.PublicKey(n: numbers.modulus, e: numbers.exponent) else {
            throw .malformedMember("n")
        }
        self.key = key
        self.scheme = scheme
        self.numbers = numbers
    }

    /// PKCS#1 in DER.
    package var derRepresentation: Data { key.pkcs1DERRepresentation }

    func isValidSignature(_ signature: some Collection<UInt8>, for message: some DataProtocol) -> Bool {
        guard signature.count == numbers.modulus.count else { return false }
        let signature = _RSA.Signing.RSASignature(rawRepresentation: Array(signature))
        return key.isValidSignature(signature, for: message, padding: scheme.padding)
    }
}

/// An RSA private key of 2048 to 4096 bits, fixed to one scheme.
package struct RSAPrivateKey: Sendable {
    package let publicKey: RSAPublicKey
    private let key: _RSA.Signing.PrivateKey

    /// A fresh key of 2048 bits; finding its primes takes tenths of a second.
    package static func generate(_ scheme: RSAScheme) -> RSAPrivateKey {
        while true {
            // The search for primes gives up after a bounded number of candidates.
            if let key = try? RSAPrivateKey(_RSA.Signing.PrivateKey(keySize: .bits2048), scheme) { return key }
        }
    }

    /// From PKCS#8 or PKCS#1 in DER.
    ///
    /// - Throws: `JWKRefusal.malformedMember` for a key of another size, else `CryptoKitError`.
    package init(derRepresentation bytes: [UInt8], scheme: RSAScheme) throws {
        let key = try _RSA.Signing.PrivateKey(derRepresentation: bytes)
        // The library reads past non-canonical lengths and bytes that follow the key.
        guard [key.pkcs8DERRepresentation, key.derRepresentation].contains(Data(bytes)) else {
            throw CryptoKitError.invalidParameter
        }
        try self.init(key, scheme)
    }

    private init(_ key: _RSA.Signing.PrivateKey, _ scheme: RSAScheme) throws {
        let primitives = try key.publicKey.getKeyPrimitives()
        let numbers = try RSAPublicNumbers(
            modulus: Array(primitives.modulus), exponent: Array(primitives.publicExponent))
        publicKey = try RSAPublicKey(numbers, scheme: scheme)
        self.key = key
    }

    /// PKCS#8 in DER.
    package var derRepresentation: [UInt8] { Array(key.pkcs8DERRepresentation) }

    func sign(_ message: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: message, padding: publicKey.scheme.padding).rawRepresentation)
    }
}
