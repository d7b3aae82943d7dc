import WireFormats

/// Modulus and exponent of an RSA public key, RFC 7518 §6.3.1, unsigned and big-endian without leading zeros.
///
/// The modulus has 2048 to 4096 bits and is odd; the exponent is odd, at least 3, and fits 32 bits. What is larger costs
/// the verifier time and nobody has it.
struct RSAPublicNumbers: Sendable, Equatable {
    static let bits = 2048...4096

    let modulus: [UInt8]
    let exponent: [UInt8]

    init(modulus: [UInt8], exponent: [UInt8]) throws(JWKRefusal) {
        guard let first = modulus.first, first != 0, let last = modulus.last, last & 1 == 1,
            Self.bits.contains(modulus.count * 8 - first.leadingZeroBitCount)
        else { throw .malformedMember("n") }
        guard let first = exponent.first, first != 0, exponent.count <= 4, let last = exponent.last, last & 1 == 1,
            exponent != [1]
        else { throw .malformedMember("e") }
        self.modulus = modulus
        self.exponent = exponent
    }

    init(jwk: JSONObject) throws(JWKRefusal) {
        guard let modulus = jwk.bytes(of: "n") else { throw .malformedMember("n") }
        guard let exponent = jwk.bytes(of: "e") else { throw .malformedMember("e") }
        try self.init(modulus: modulus, exponent: exponent)
    }

    /// The required members, in lexicographic order.
    var jwk: JSONObject {
        ["e": .string(Base64URL.encode(exponent)), "kty": "RSA", "n": .string(Base64URL.encode(modulus))]
    }
}
