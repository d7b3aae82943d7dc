import Crypto
import JOSE
import Testing
import WireFormats

@Suite("JWK")
struct JWKTests {
    private static let p256 = Samples.key(.es256).publicKey.jwk
    private static let p384 = Samples.key(.es384).publicKey.jwk
    private static let ed25519 = Samples.key(.edDSA).publicKey.jwk

    private func refuses(_ jwk: JSONObject, _ reason: JWKRefusal, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: reason, sourceLocation: sourceLocation) { try PublicKey(jwk: jwk) }
    }

    @Test("A public key comes back from its JWK, unknown members ignored", arguments: SignatureAlgorithm.allCases)
    func roundtrip(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm).publicKey
        let jwk = key.jwk.with("kid", "1").with("x5t#S256", "?").with("use", "sig").with(
            "alg", .string(algorithm.rawValue))
        #expect(try PublicKey(jwk: jwk) == key)
        #expect(key.algorithm == algorithm)
    }

    @Test(
        "A private or symmetric member is refused, even an empty one",
        arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
    func privateMember(name: String) {
        for jwk in [Self.p256, Self.p384, Self.ed25519, ["kty": "oct"], [:]] {
            refuses(jwk.with(name, "AA"), .privateMember)
            refuses(jwk.with(name, .null), .privateMember)
        }
    }

    @Test("Key types that are not supported are refused", arguments: ["RSA", "oct", "AKP", "ec", "", "O\u{212A}P"])
    func unsupportedKeyType(type: String) {
        refuses(["kty": .string(type)], .unsupportedKeyType)
        refuses(Self.p256.with("kty", .string(type)), .unsupportedKeyType)
        refuses(Self.ed25519.with("kty", .string(type)), .unsupportedKeyType)
    }

    @Test(
        "Curves that are not supported are refused", arguments: ["P-521", "secp256k1", "X25519", "Ed448", "p-256", ""])
    func unsupportedCurve(curve: String) {
        refuses(Self.p256.with("crv", .string(curve)), .unsupportedCurve)
        refuses(Self.ed25519.with("crv", .string(curve)), .unsupportedCurve)
    }

    @Test("A curve of the other key type is refused")
    func curveOfOtherType() {
        refuses(Self.p256.with("kty", "OKP"), .unsupportedCurve)
        refuses(Self.ed25519.with("kty", "EC"), .unsupportedCurve)
    }

    @Test("Members that are missing or of the wrong type are refused by name")
    func malformedMember() {
        for jwk in [Self.p256, Self.p384, Self.ed25519] {
            for name in jwk.names {
                refuses(jwk.with(name, nil), .malformedMember(name))
                refuses(jwk.with(name, 1), .malformedMember(name))
            }
        }
    }

    @Test("Coordinates of the wrong length or in other encodings are refused", arguments: ["x", "y"])
    func coordinates(name: String) throws {
        for jwk in [Self.p256, Self.p384, Self.ed25519] {
            guard let text = jwk[name]?.string else { continue }
            let bytes = try Base64URL.decode(text)
            for other in [[], Array(bytes.dropFirst()), Array(bytes.dropLast()), [0] + bytes, bytes + [0]] {
                refuses(jwk.with(name, .string(Base64URL.encode(other))), .malformedMember(name))
            }
            refuses(jwk.with(name, .string(text + "=")), .malformedMember(name))
            refuses(jwk.with(name, .string(" " + text)), .malformedMember(name))
        }
    }

    @Test("Points off their curve are refused")
    func pointNotOnCurve() throws {
        for jwk in [Self.p256, Self.p384] {
            var bytes = try Base64URL.decode(try #require(jwk["y"]?.string))
            bytes[bytes.count - 1] ^= 1
            refuses(jwk.with("y", .string(Base64URL.encode(bytes))), .pointNotOnCurve)
            let zero = JSON.string(Base64URL.encode([UInt8](repeating: 0, count: bytes.count)))
            refuses(jwk.with("x", zero).with("y", zero), .pointNotOnCurve)
            let ones = JSON.string(Base64URL.encode([UInt8](repeating: 0xFF, count: bytes.count)))
            refuses(jwk.with("x", ones), .pointNotOnCurve)
        }
    }

    @Test(
        "Ed25519 keys of small order are refused, with either sign",
        arguments: [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ])
    func smallOrder(hex: String) throws {
        var bytes = stride(from: 0, to: 64, by: 2).map { UInt8(hex.dropFirst($0).prefix(2), radix: 16)! }
        for sign in [0, 0x80] as [UInt8] {
            bytes[31] = bytes[31] & 0x7F | sign
            refuses(Self.ed25519.with("x", .string(Base64URL.encode(bytes))), .pointNotOnCurve)
            #expect(throws: DIDRefusal.key(.pointNotOnCurve)) {
                try DIDKeyMaterial.publicKey(for: "did:key:z" + Base58BTC.encode([0xED, 0x01] + bytes))
            }
        }
    }

    @Test("A key for something else than signatures of its algorithm is refused")
    func notForThisUse() {
        for jwk in [Self.p256, Self.p384, Self.ed25519] {
            for use in ["enc", "", "SIG"] { refuses(jwk.with("use", .string(use)), .notForThisUse) }
            refuses(jwk.with("use", 1), .notForThisUse)
            for name in ["none", "HS256", "ECDH-ES", "ES512", "RS256"] {
                refuses(jwk.with("alg", .string(name)), .notForThisUse)
            }
            refuses(jwk.with("alg", .null), .notForThisUse)
            for operations in [[], ["sign"], ["deriveKey", "encrypt"], nil, "verify"] as [JSON] {
                refuses(jwk.with("key_ops", operations), .notForThisUse)
            }
        }
        refuses(Self.p256.with("alg", "ES384"), .notForThisUse)
        refuses(Self.p384.with("alg", "ES256"), .notForThisUse)
        refuses(Self.ed25519.with("alg", "ES256"), .notForThisUse)
    }

    @Test("A key that says it is for verifying is accepted")
    func forThisUse() throws {
        _ = try PublicKey(jwk: Self.p256.with("key_ops", ["verify"]))
        _ = try PublicKey(jwk: Self.p384.with("key_ops", ["sign", "verify"]).with("use", "sig"))
        // The name of RFC 9864.
        _ = try PublicKey(jwk: Self.ed25519.with("alg", "Ed25519"))
    }

    @Test("Keys are equal by algorithm and point")
    func equality() {
        let keys = SignatureAlgorithm.allCases.flatMap {
            [Samples.key($0).publicKey, Samples.key($0, seed: 2).publicKey]
        }
        for (left, first) in keys.enumerated() {
            for (right, second) in keys.enumerated() { #expect((first == second) == (left == right)) }
        }
        #expect(Set(keys.map(\.thumbprint)).count == keys.count)
    }
}
