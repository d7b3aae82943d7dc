import WireFormats

/// Why a JWK is not a public key that is accepted here.
package enum JWKRefusal: Error, Equatable {
    /// A private or symmetric member was present: the sender has leaked its key.
    case privateMember
    case unsupportedKeyType
    case unsupportedCurve
    /// A member that the key type needs is missing or malformed, or a number that is too small or too large.
    case malformedMember(String)
    /// The coordinates are no point of the curve.
    case pointNotOnCurve
    /// `alg`, `use` or `key_ops` says that the key is for something else.
    case notForThisUse
}

/// What all keys have in common, RFC 7517 §4, and the parameters of RFC 7518 §6.
extension JSONObject {
    /// RFC 7518 §6.2.2, §6.3.2 and §6.4.1, RFC 8037 §2; `priv` is what keys of type AKP have.
    func refusePrivateMembers() throws(JWKRefusal) {
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] where self[member] != nil {
            throw .privateMember
        }
    }

    func keyType() throws(JWKRefusal) -> String {
        guard let keyType = self["kty"]?.string else { throw .malformedMember("kty") }
        // Strings are equal when canonically equivalent: "O\u{212A}P" with a Kelvin sign would be "OKP" to a switch.
        guard keyType.utf8.allSatisfy({ $0 < 0x80 }) else { throw .unsupportedKeyType }
        return keyType
    }

    /// The bytes of a base64url member, nil if it is not there or something else.
    func bytes(of member: String) -> [UInt8]? {
        self[member]?.string.flatMap { try? Base64URL.decode($0) }
    }

    /// x and y of a point, each of `length` bytes.
    func point(length: Int) throws(JWKRefusal) -> [UInt8] {
        try coordinate("x", length: length) + coordinate("y", length: length)
    }

    func coordinate(_ member: String, length: Int) throws(JWKRefusal) -> [UInt8] {
        guard let bytes = bytes(of: member), bytes.count == length else { throw .malformedMember(member) }
        return bytes
    }

    /// `use`, `key_ops` and `alg`, RFC 7517 §4.2 to §4.4, each only if it is there.
    func checkPurpose(use: String, operations: [String], algorithms: [String]) throws(JWKRefusal) {
        if let stated = self["use"], stated != .string(use) { throw .notForThisUse }
        if let stated = self["key_ops"] {
            guard let names = stated.array, operations.contains(where: { names.contains(.string($0)) }) else {
                throw .notForThisUse
            }
        }
        if let stated = self["alg"], !algorithms.contains(where: { stated == .string($0) }) { throw .notForThisUse }
    }

    /// The required members of an elliptic curve key, in lexicographic order.
    init(curve: String, point: some Collection<UInt8>) {
        let half = point.count / 2
        self = [
            "crv": .string(curve), "kty": "EC", "x": .string(Base64URL.encode(point.prefix(half))),
            "y": .string(Base64URL.encode(point.suffix(half))),
        ]
    }
}
