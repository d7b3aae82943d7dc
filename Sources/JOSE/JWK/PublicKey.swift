package import Crypto
package import Foundation
package import WireFormats

/// A public signature key whose algorithm is fixed by its type. Points are on their curve.
package enum PublicKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)

    package var algorithm: SignatureAlgorithm {
        switch self {
        case .p256: .es256
        case .p384: .es384
        case .ed25519: .edDSA
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
        }
    }
}

/// Why a JWK is not a public signature key that is accepted here.
package enum JWKRefusal: Error, Equatable {
    /// A private or symmetric member was present: the sender has leaked its key.
    case privateMember
    case unsupportedKeyType
    case unsupportedCurve
    /// A member that the key type needs is missing or malformed.
    case malformedMember(String)
    /// The coordinates are no point of the curve.
    case pointNotOnCurve
    /// `alg`, `use` or `key_ops` says that the key is for something else.
    case notForThisUse
}

extension PublicKey {
    /// The public key of a JWK, RFC 7517, RFC 7518 §6.2, RFC 8037 §2. Unknown members are ignored.
    package init(jwk: JSONObject) throws(JWKRefusal) {
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] where jwk[member] != nil {
            throw .privateMember
        }
        guard let keyType = jwk["kty"]?.string else { throw .malformedMember("kty") }
        // Strings are equal when canonically equivalent: "O\u{212A}P" with a Kelvin sign would be "OKP" below.
        guard keyType.utf8.allSatisfy({ $0 < 0x80 }) else { throw .unsupportedKeyType }
        guard let curve = jwk["crv"]?.string else {
            throw keyType == "EC" || keyType == "OKP" ? .malformedMember("crv") : .unsupportedKeyType
        }
        switch (keyType, curve) {
        case ("EC", "P-256"):
            let point = try Self.coordinate("x", of: jwk, length: 32) + Self.coordinate("y", of: jwk, length: 32)
            try self.init(p256Point: point)
        case ("EC", "P-384"):
            let point = try Self.coordinate("x", of: jwk, length: 48) + Self.coordinate("y", of: jwk, length: 48)
            guard let key = try? P384.Signing.PublicKey(rawRepresentation: point) else { throw .pointNotOnCurve }
            self = .p384(key)
        case ("OKP", "Ed25519"):
            try self.init(ed25519: try Self.coordinate("x", of: jwk, length: 32))
        case ("EC", _), ("OKP", _): throw .unsupportedCurve
        default: throw .unsupportedKeyType
        }
        try checkUse(jwk)
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

    private func checkUse(_ jwk: JSONObject) throws(JWKRefusal) {
        if let use = jwk["use"], use != "sig" { throw .notForThisUse }
        if let operations = jwk["key_ops"], operations.array?.contains("verify") != true { throw .notForThisUse }
        if let stated = jwk["alg"] {
            let names = algorithm == .edDSA ? ["EdDSA", "Ed25519"] : [algorithm.rawValue]
            guard let name = stated.string, names.contains(name) else { throw .notForThisUse }
        }
    }

    private static func coordinate(
        _ member: String, of jwk: JSONObject, length: Int
    ) throws(JWKRefusal) -> [UInt8] {
        guard let text = jwk[member]?.string, let bytes = try? Base64URL.decode(text), bytes.count == length else {
            throw .malformedMember(member)
        }
        return bytes
    }

    /// The required members of a JWK that is this key, in lexicographic order.
    package func requiredMembers(of jwk: JSONObject) -> JSONObject {
        let names = algorithm == .edDSA ? ["crv", "kty", "x"] : ["crv", "kty", "x", "y"]
        return JSONObject(names.compactMap { name in jwk[name].map { (name, $0) } })
    }

    /// The required members only, in lexicographic order: what RFC 7638 §3.2 hashes.
    package var jwk: JSONObject {
        switch self {
        case .p256(let key): Self.ellipticCurveJWK("P-256", key.rawRepresentation)
        case .p384(let key): Self.ellipticCurveJWK("P-384", key.rawRepresentation)
        case .ed25519(let key):
            ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(key.rawRepresentation))]
        }
    }

    private static func ellipticCurveJWK(_ curve: String, _ point: Data) -> JSONObject {
        let half = point.count / 2
        return [
            "crv": .string(curve), "kty": "EC", "x": .string(Base64URL.encode(point.prefix(half))),
            "y": .string(Base64URL.encode(point.suffix(half))),
        ]
    }

    /// JWK thumbprint with SHA-256, RFC 7638.
    package var thumbprint: [UInt8] {
        Array(SHA256.hash(data: JSON.object(jwk).encoded()))
    }
}

extension PublicKey: Equatable {
    package static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.algorithm == right.algorithm && left.rawRepresentation == right.rawRepresentation
    }

    /// x and y of an elliptic curve point, or the 32 bytes of an Ed25519 key.
    package var rawRepresentation: Data {
        switch self {
        case .p256(let key): key.rawRepresentation
        case .p384(let key): key.rawRepresentation
        case .ed25519(let key): key.rawRepresentation
        }
    }
}
