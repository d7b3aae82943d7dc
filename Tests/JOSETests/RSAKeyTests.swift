import CryptoExtras
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("RSA keys")
struct RSAKeyTests {
    private static let jwk = RSASamples.publicPart(RSASamples.first)

    private func refuses(_ jwk: JSONObject, _ reason: JWKRefusal, sourceLocation: SourceLocation = #_sourceLocation) {
        for scheme in [RSAScheme.ps256, .rs256] {
            #expect(throws: reason, sourceLocation: sourceLocation) {
                try PublicKey(jwk: jwk, allowing: .rsa(default: scheme))
            }
        }
    }

    /// A number of `bits` bits, odd unless said.
    private func modulus(bits: Int, odd: Bool = true) -> JSON {
        var bytes = [UInt8](repeating: 0xA5, count: (bits + 7) / 8)
        let top = (bits - 1) % 8
        bytes[0] = bytes[0] & ((1 << UInt8(top)) - 1) | 1 << UInt8(top)
        bytes[bytes.count - 1] = odd ? 0xA5 : 0xA4
        return .string(Base64URL.encode(bytes))
    }

    @Test("An RSA key is taken only where it is asked for")
    func onlyWhereAskedFor() throws {
        #expect(throws: JWKRefusal.unsupportedKeyType) { try PublicKey(jwk: Self.jwk) }
        #expect(throws: JWKRefusal.unsupportedKeyType) { try PublicKey(jwk: Self.jwk, allowing: .elliptic) }
        #expect(throws: JWKRefusal.unsupportedKeyType) { try PublicKey(jwk: Self.jwk.with("alg", "PS256")) }
        _ = try PublicKey(jwk: Self.jwk, allowing: .rsa(default: .ps256))
    }

    @Test("Where RSA is asked for, elliptic keys are taken as ever", arguments: SignatureAlgorithm.elliptic)
    func elliptic(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm).publicKey
        #expect(try PublicKey(jwk: key.jwk, allowing: .rsa(default: .ps256)) == key)
        refuses(key.jwk.with("d", "AA"), .privateMember)
        refuses(key.jwk.with("crv", nil), .malformedMember("crv"))
        refuses(["kty": "oct"], .unsupportedKeyType)
    }

    @Test("The JWK's alg decides the scheme, and without it the default", arguments: [RSAScheme.ps256, .rs256])
    func scheme(fallback: RSAScheme) throws {
        #expect(try PublicKey(jwk: Self.jwk, allowing: .rsa(default: fallback)).algorithm == fallback.algorithm)
        for scheme in [RSAScheme.ps256, .rs256] {
            let jwk = Self.jwk.with("alg", .string(scheme.algorithm.rawValue)).with("use", "sig").with("kid", "1")
            let key = try PublicKey(jwk: jwk, allowing: .rsa(default: fallback))
            #expect(key.algorithm == scheme.algorithm)
            #expect(RSAScheme(key.algorithm) == scheme)
            #expect(key.jwk == Self.jwk)
            #expect(key.requiredMembers(of: jwk) == Self.jwk)
            #expect(key.signatureLength == 256)
        }
        for algorithm in SignatureAlgorithm.elliptic { #expect(RSAScheme(algorithm) == nil) }
    }

    @Test("A key of two schemes is two keys, one of two numbers too")
    func equality() throws {
        let keys = try [RSASamples.first, RSASamples.second].flatMap { jwk in
            try [RSAScheme.ps256, .rs256].map { scheme in
                try PublicKey(jwk: RSASamples.publicPart(jwk), allowing: .rsa(default: scheme))
            }
        }
        for (left, first) in keys.enumerated() {
            for (right, second) in keys.enumerated() { #expect((first == second) == (left == right)) }
        }
        #expect(Set(keys.map(\.thumbprint)).count == 2)
    }

    @Test("The thumbprint of RFC 7638 §3.1 comes out")
    func thumbprint() throws {
        let jwk: JSONObject = [
            "kty": "RSA",
            "n": """
            0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4\
            n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0\
            zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-c\
            sFCur-kEgU8awapJzKnqDKgw
            """,
            "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        ]
        let key = try PublicKey(jwk: jwk, allowing: .rsa(default: .ps256))
        #expect(key.algorithm == .rs256)
        #expect(key.jwk.names == ["e", "kty", "n"])
        #expect(Base64URL.encode(key.thumbprint) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test(
        "A private or symmetric member is refused, even an empty one",
        arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
    func privateMember(name: String) {
        refuses(Self.jwk.with(name, "AA"), .privateMember)
        refuses(Self.jwk.with(name, .null), .privateMember)
    }

    @Test("Moduli of 2048 to 4096 bits are taken, shorter and longer ones refused")
    func modulusSize() throws {
        for bits in [2048, 2049, 3072, 4095, 4096] {
            let jwk = Self.jwk.with("n", modulus(bits: bits))
            let key = try PublicKey(jwk: jwk, allowing: .rsa(default: .ps256))
            #expect(key.signatureLength == (bits + 7) / 8)
        }
        for bits in [1, 8, 512, 1024, 2047, 4097, 8192, 16384] {
            refuses(Self.jwk.with("n", modulus(bits: bits)), .malformedMember("n"))
        }
    }

    @Test("A modulus that is even, padded, empty, no string or not base64url is refused")
    func modulus() throws {
        let text = try #require(Self.jwk["n"]?.string)
        let padded = JSON.string(Base64URL.encode([0] + (try Base64URL.decode(text))))
        let others: [JSON] = [padded, "", 1, .null, .string(text + "="), .string(" " + text), .string(text + "A")]
        for other in others + [modulus(bits: 2048, odd: false)] {
            refuses(Self.jwk.with("n", other), .malformedMember("n"))
        }
        refuses(Self.jwk.with("n", nil), .malformedMember("n"))
    }

    @Test("Exponents that are odd, at least 3 and fit 32 bits are taken")
    func exponent() throws {
        for bytes in [[3], [17], [1, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
            let jwk = Self.jwk.with("e", .string(Base64URL.encode(bytes)))
            #expect(try PublicKey(jwk: jwk, allowing: .rsa(default: .rs256)).jwk == jwk)
        }
        for bytes in [[], [0], [1], [2], [4], [1, 0, 0], [0, 3], [0, 1, 0, 1], [1, 0, 0, 0, 1]] as [[UInt8]] {
            refuses(Self.jwk.with("e", .string(Base64URL.encode(bytes))), .malformedMember("e"))
        }
        for other in ["AQAB=", 65537, .null, nil] as [JSON?] {
            refuses(Self.jwk.with("e", other), .malformedMember("e"))
        }
    }

    @Test("A key for something else than signatures of its scheme is refused")
    func notForThisUse() throws {
        for name in ["RS384", "RS512", "PS384", "PS512", "RSA-OAEP", "RSA-OAEP-256", "RSA1_5", "ES256", "none", ""] {
            refuses(Self.jwk.with("alg", .string(name)), .notForThisUse)
        }
        refuses(Self.jwk.with("alg", 1), .notForThisUse)
        for use in ["enc", "", "SIG"] { refuses(Self.jwk.with("use", .string(use)), .notForThisUse) }
        for operations in [[], ["sign"], ["encrypt"], nil, "verify"] as [JSON] {
            refuses(Self.jwk.with("key_ops", operations), .notForThisUse)
        }
        _ = try PublicKey(jwk: Self.jwk.with("key_ops", ["verify"]), allowing: .rsa(default: .ps256))
    }

    @Test(
        "A fresh key signs, has 2048 bits and comes back from its stored bytes", arguments: [RSAScheme.ps256, .rs256])
    func generated(scheme: RSAScheme) throws {
        let key = PrivateKey.generate(scheme.algorithm)
        #expect(key.algorithm == scheme.algorithm)
        #expect(key.publicKey.signatureLength == 256)
        #expect(key.publicKey.jwk["e"] == "AQAB")
        let again = try PrivateKey(scheme.algorithm, rawRepresentation: key.rawRepresentation)
        #expect(again.publicKey == key.publicKey)
        #expect(key.publicKey.isValidSignature(try again.sign("a".bytes), for: "a".bytes))
        #expect(!key.publicKey.isValidSignature(try again.sign("a".bytes), for: "b".bytes))
    }

    @Test("PKCS#1 is read like PKCS#8; what is neither, or more than one key, is refused")
    func stored() throws {
        let pkcs8 = try RSASamples.derRepresentation(RSASamples.first)
        let pkcs1 = Array(try _RSA.Signing.PrivateKey(derRepresentation: pkcs8).derRepresentation)
        #expect(pkcs1 != pkcs8)
        let key = try PrivateKey(.ps256, rawRepresentation: pkcs8)
        #expect(key.rawRepresentation == pkcs8)
        #expect(try PrivateKey(.ps256, rawRepresentation: pkcs1).rawRepresentation == pkcs8)
        #expect(key.publicKey.jwk == ["e": "AQAB", "kty": "RSA", "n": RSASamples.first["n"] ?? .null])
        let spki = Array(try _RSA.Signing.PrivateKey(derRepresentation: pkcs8).publicKey.derRepresentation)
        for other in [[], [1, 2, 3], pkcs8 + [0], pkcs1 + pkcs1, Array(pkcs8.dropLast()), spki] {
            #expect(throws: (any Error).self) { try PrivateKey(.rs256, rawRepresentation: other) }
        }
    }

    @Test("A private key that is too small is refused")
    func smallPrivateKey() throws {
        let small = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)).pkcs8DERRepresentation
        #expect(throws: (any Error).self) { try PrivateKey(.ps256, rawRepresentation: Array(small)) }
        #expect(throws: (any Error).self) { try RSADecryptionKey(derRepresentation: Array(small)) }
    }

    @Test(
        "The did:key of an RSA key is the published one",
        .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
    func didKey() throws {
        let entries = try #require(try Vectors.read("did/did-key/rsa.json").object).members
        for (did, entry) in entries {
            let jwk = try #require(entry["publicKeyJwk"]?.object)
            let key = try PublicKey(jwk: jwk, allowing: .rsa(default: .ps256))
            #expect(DIDKeyMaterial.didKey(for: key) == did)
            #expect(throws: DIDRefusal.malformed) { try DIDKeyMaterial.publicKey(for: did) }
            let didJWK = DIDKeyMaterial.didJWK(for: key)
            #expect(throws: DIDRefusal.key(.unsupportedKeyType)) { try DIDKeyMaterial.publicKey(for: didJWK) }
        }
        #expect(entries.count == 2)
    }
}
