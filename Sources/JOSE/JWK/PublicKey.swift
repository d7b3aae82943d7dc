package import Crypto
package import Foundation
package import WireFormats

/// A public signature key whose algorithm is fixed by its type, or with RSA when it is made. Points are on their curve.
package enum PublicKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
    case rsa(RSAPublicKey)

    package var algorithm: SignatureAlgorithm {
        switch self {
        case .p256: .es256
        case .p384: .es384
        case .ed25519: .edDSA
        case .rsa(let key): key.scheme.algorithm
        }
    }

    /// Bytes of a signature in JWS form.
    package var signatureLength: Int {
        switch self {
        case .p256, .ed25519: 64
        case .p384: 96
        case .rsa(let key): key.numbers.modulus.count
        }
    }

    /// Whether `signature`, in the raw form of JWS, is this key's over `message`.
    package func isValidSignature(_ signature: some Collection<UInt8>, for message: some DataProtocol) -> Bool {
        switch self {
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: Array(signature)) else {
                return false
            }
            return key.isValidSignature(signature, for: SHA256.hash(data: message))
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(rawRepresentation: Array(signature)) else {
                return false
            }
            return key.isValidSignature(signature, for: SHA384.hash(data: message))
        case .ed25519(let key):
            return key.isValidSignature(Array(signature), for: message)
        case .rsa(let key):
            return key.isValidSignature(signature, for: message)
        }
    }
}

extension PublicKey {
    /// Which keys a reader of JWKs takes.
    package enum KeyTypes: Sendable {
        /// P-256, P-384 and Ed25519.
        case elliptic
        /// RSA too, with the scheme that the JWK's `alg` names, else the one given.
        case rsa(default: RSAScheme)
    }

    /// The public key of a JWK, RFC 7517, RFC 7518 §6.2 and §6.3, RFC 8037 §2. Unknown members are ignored.
    package init(jwk: JSONObject, allowing types: KeyTypes = .elliptic) throws(JWKRefusal) {
        try jwk.refusePrivateMembers()
        let keyType = try jwk.keyType()
        switch (keyType, types) {
        case ("EC", _), ("OKP", _): try self.init(keyType, ellipticJWK: jwk)
        case ("RSA", .rsa(let scheme)):
            let stated = jwk["alg"]?.string.flatMap(SignatureAlgorithm.init).flatMap { RSAScheme($0) }
            self = .rsa(try RSAPublicKey(RSAPublicNumbers(jwk: jwk), scheme: stated ?? scheme))
        default: throw .unsupportedKeyType
        }
        let names = algorithm == .edDSA ? ["EdDSA", "Ed25519"] : [algorithm.rawValue]
        try jwk.checkPurpose(use: "sig", operations: ["verify"], algorithms: names)
    }

    private init(_ keyType: String, ellipticJWK jwk: JSONObject) throws(JWKRefusal) {
        guard let curve = jwk["crv"]?.string else { throw .malformedMember("crv") }
        switch (keyType, curve) {
        case ("EC", "P-256"):
            try self.init(p256Point: jwk.point(length: 32))
        case ("EC", "P-384"):
            let point = try jwk.point(length: 48)
            guard let key = try? P384.Signing.PublicKey(rawRepresentation: point) else { throw .pointNotOnCurve }
            self = .p384(key)
        case ("OKP", "Ed25519"):
            try self.init(ed25519: try jwk.coordinate("x", length: 32))
        default: throw .unsupportedCurve
        }
    }

    init(p256Point point: [UInt8]) throws(JWKRefusal) {
        guard let key = try? P256.Signing.PublicKey(rawRepresentation: point) else { throw .pointNotOnCurve }
        self = .p256(key)
    }

    /// RFC 8032 keys of small order sign anything for anybody, so they bind nothing.
    init(ed25519 bytes: [UInt8]) throws(JWKRefusal) {
        guard !SmallOrderPoints.contains(bytes), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { throw .pointNotOnCurve }
        self = .ed25519(key)
    }

    /// The required members of a JWK that is this key, in lexicographic order.
    package func requiredMembers(of jwk: JSONObject) -> JSONObject {
        let names =
            switch self {
            case .p256, .p384: ["crv", "kty", "x", "y"]
            case .ed25519: ["crv", "kty", "x"]
            case .rsa: ["e", "kty", "n"]
            }
        return JSONObject(names.compactMap { name in jwk[name].map { (name, $0) } })
    }

    /// The required members only, in lexicographic order: what RFC 7638 §3.2 hashes.
    package var jwk: JSONObject {
        switch self {
        case .p256(let key): JSONObject(curve: "P-256", point: key.rawRepresentation)
        case .p384(let key): JSONObject(curve: "P-384", point: key.rawRepresentation)
        case .ed25519(let key):
            ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(key.rawRepresentation))]
        case .rsa(let key): key.numbers.jwk
        }
    }

    /// JWK thumbprint with SHA-256, RFC 7638.
    package var thumbprint: [UInt8] {
        Array(SHA256.hash(data: JSON.object(jwk).encoded()))
    }

    /// As ``thumbprint``, of the JWK that the key was read from: spares writing the point anew, which takes an inversion.
    package func thumbprint(of jwk: JSONObject) -> [UInt8] {
        // A number of RSA can be written in more than one way; a coordinate cannot.
        if case .rsa = self { return thumbprint }
        return Array(SHA256.hash(data: JSON.object(requiredMembers(of: jwk)).encoded()))
    }
}

extension PublicKey: Equatable {
    package static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.algorithm == right.algorithm && left.rawRepresentation == right.rawRepresentation
    }

    /// x and y of an elliptic curve point, the 32 bytes of an Ed25519 key, or the PKCS#1 DER of an RSA key.
    package var rawRepresentation: Data {
        switch self {
        case .p256(let key): key.rawRepresentation
        case .p384(let key): key.rawRepresentation
        case .ed25519(let key): key.rawRepresentation
        case .rsa(let key): key.derRepresentation
        }
    }
}
