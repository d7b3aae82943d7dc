package import JOSE
package import WireFormats

/// The public keys of an organization.
package struct OrganizationKeys: Equatable, Sendable {
    package static let maximumKeys = 20

    /// The JWK set as it was given.
    package let json: JSON
    package let all: [Key]

    /// One key. Every one says by `kid` and `use` which it is and what it is for.
    package struct Key: Equatable, Sendable {
        package let keyID: String
        package let jwk: JSONObject
        package let use: Use
        /// RFC 7638 with SHA-256.
        package let thumbprint: [UInt8]
    }

    package enum Use: Equatable, Sendable {
        /// ES256 or EdDSA.
        case signature(PublicKey)
        /// P-256 for ECDH-ES+A256KW.
        case encryption
    }

    /// The key that `keyID` names, for signatures.
    package func signatureKey(_ keyID: String) -> PublicKey? {
        for key in all where key.keyID.hasSameBytes(as: keyID) {
            if case .signature(let key) = key.use { return key }
        }
        return nil
    }

    /// The key that releases may be encrypted to where a request names none: the first.
    package var encryptionKey: Key? { all.first { $0.use == .encryption } }

    /// - Parameter path: where the set stands in its document.
    package init(json: JSON, at path: ValuePath) throws(PathProblems) {
        guard let elements = json["keys"]?.array, (1...Self.maximumKeys).contains(elements.count) else {
            throw PathProblems(path.text, "a JWK set of 1 to \(Self.maximumKeys) public keys is expected")
        }
        var problems: [PathProblem] = []
        var keys: [Key] = []
        for (index, element) in elements.enumerated() {
            let place = path.member("keys").element(index)
            do throws(PathProblem) {
                let key = try Self.key(element, at: place)
                guard !keys.contains(where: { $0.keyID.hasSameBytes(as: key.keyID) }) else {
                    throw place.member("kid").problem("another key has this kid")
                }
                keys.append(key)
            } catch {
                problems.append(error)
            }
        }
        if problems.isEmpty, !keys.contains(where: { $0.use != .encryption }) {
            problems.append(path.problem("a key with use sig is missing"))
        }
        if let problems = PathProblems(problems) { throw problems }
        self.json = json
        all = keys
    }

    private static func key(_ json: JSON, at place: ValuePath) throws(PathProblem) -> Key {
        guard let jwk = json.object else { throw place.problem("a JWK is expected") }
        guard let keyID = jwk["kid"]?.string, (1...128).contains(keyID.utf8.count),
            keyID.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw place.member("kid").problem("1 to 128 visible ASCII characters are expected") }
        do throws(JWKRefusal) {
            switch jwk["use"]?.string {
            case "sig":
                let key = try PublicKey(jwk: jwk)
                guard key.algorithm == .es256 || key.algorithm == .edDSA else { throw .unsupportedCurve }
                return Key(keyID: keyID, jwk: jwk, use: .signature(key), thumbprint: key.thumbprint)
            case "enc":
                guard jwk["crv"] == "P-256" else { throw .unsupportedCurve }
                _ = try JWERecipient(jwk: jwk, algorithm: .ecdhESA256KW)
                var plain: JSONObject = [:]
                for name in ["crv", "kty", "x", "y"] { plain[name] = jwk[name] }
                return Key(
                    keyID: keyID, jwk: jwk, use: .encryption,
                    thumbprint: try PublicKey(jwk: plain).thumbprint)
            default: throw .malformedMember("use")
            }
        } catch {
            throw error.problem(at: place)
        }
    }
}

extension JWKRefusal {
    fileprivate func problem(at place: ValuePath) -> PathProblem {
        switch self {
        case .privateMember: place.problem("it is a private key, which must not be sent anywhere; make a new one")
        case .malformedMember("use"): place.member("use").problem("sig or enc is expected")
        case .malformedMember(let name): place.member(name).problem("missing or malformed")
        case .unsupportedKeyType, .unsupportedCurve:
            place.problem("a P-256 key is expected, or an Ed25519 key for signatures")
        case .pointNotOnCurve: place.problem("no point of its curve")
        case .notForThisUse: place.problem("alg or key_ops say another purpose than use")
        }
    }
}
