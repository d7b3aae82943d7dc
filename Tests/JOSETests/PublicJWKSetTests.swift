import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("JWK Sets")
struct PublicJWKSetTests {
    private static let p256 = Samples.key(.es256).publicKey.jwk
    private static let rsa = RSASamples.publicPart(RSASamples.first)

    private func set(_ keys: JSONObject...) throws(JWKSetRefusal) -> PublicJWKSet {
        try PublicJWKSet(["keys": .array(keys.map(JSON.object))])
    }

    @Test("A document that is no JWK Set is refused")
    func malformed() {
        let documents = [
            "", "[]", "{}", "null", "{\"keys\":{}}", "{\"keys\":null}", "{\"keys\":[1]}", "{\"keys\":[{},[]]}",
            "{\"keys\":[]",
            "{\"keys\":[],\"keys\":[]}", "{\"Keys\":[]}",
        ]
        for document in documents {
            #expect(throws: JWKSetRefusal.malformed, "\(document)") { try PublicJWKSet(parsing: document.bytes) }
        }
    }

    @Test("A document that is too long, or has too many keys, is refused")
    func bounds() throws {
        let limit = PublicJWKSet.maximumBytes
        let start = "{\"keys\":[]}".bytes
        let padding = [UInt8](repeating: 0x20, count: limit - start.count)
        #expect(try PublicJWKSet(parsing: start + padding).count == 0)
        #expect(throws: JWKSetRefusal.tooLong) { try PublicJWKSet(parsing: start + padding + [0x20]) }
        let keys = [JSON](repeating: .object(Self.p256), count: PublicJWKSet.maximumKeys)
        #expect(try PublicJWKSet(["keys": .array(keys)]).count == 100)
        #expect(throws: JWKSetRefusal.tooManyKeys) { try PublicJWKSet(["keys": .array(keys + [[:]])]) }
    }

    @Test(
        "A private or symmetric member in any key is refused, of unknown types too",
        arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
    func privateMember(name: String) {
        for jwk in [Self.p256, Self.rsa, ["kty": "oct"], ["kty": "AKP"], [:]] {
            #expect(throws: JWKSetRefusal.privateMember) { try set(Self.p256, jwk.with(name, "AA")) }
        }
    }

    @Test("Keys of unknown types, malformed ones and those out of range are skipped")
    func skipped() throws {
        let set = try set(
            ["kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"], [:], ["kty": "oct"], ["kty": 1],
            Self.p256.with("crv", "P-521"), Self.p256.with("x", nil), Self.p256.with("y", Self.p256["x"]),
            Self.rsa.with("n", "AQAB"), Self.rsa.with("e", nil), Self.rsa.with("alg", "RS512"),
            Self.p256.with("use", "other"), Self.p256.with("kid", 1), Self.p256.with("kid", "good"))
        #expect(set.count == 1)
        #expect(set.verificationKeys(keyID: nil, algorithm: .es256) == [try PublicKey(jwk: Self.p256)])
        #expect(set.verificationKeys(keyID: "good", algorithm: .es256).count == 1)
        #expect(set.verificationKeys(keyID: nil, algorithm: .rs256).isEmpty)
    }

    @Test("With a kid only keys of that kid are found, byte for byte")
    func byKeyID() throws {
        let other = Samples.key(.es256, seed: 2).publicKey.jwk
        let set = try set(
            Self.p256.with("kid", "a"), other.with("kid", "b"), other.with("kid", "e\u{301}"), Self.p256)
        #expect(set.verificationKeys(keyID: "a", algorithm: .es256) == [try PublicKey(jwk: Self.p256)])
        #expect(set.verificationKeys(keyID: "b", algorithm: .es256) == [try PublicKey(jwk: other)])
        #expect(set.verificationKeys(keyID: "e\u{301}", algorithm: .es256).count == 1)
        for keyID in ["\u{E9}", "A", "", "c"] {
            #expect(set.verificationKeys(keyID: keyID, algorithm: .es256).isEmpty)
        }
        #expect(set.verificationKeys(keyID: "a", algorithm: .es384).isEmpty)
        #expect(set.verificationKeys(keyID: "a", algorithm: .rs256).isEmpty)
    }

    @Test("Two keys of one kid are both found, in their order")
    func sameKeyID() throws {
        let other = Samples.key(.es256, seed: 2).publicKey.jwk
        let set = try set(other.with("kid", "a"), Self.p256.with("kid", "a"), Self.rsa.with("kid", "a"))
        let expected = [try PublicKey(jwk: other), try PublicKey(jwk: Self.p256)]
        #expect(set.verificationKeys(keyID: "a", algorithm: .es256) == expected)
        #expect(set.verificationKeys(keyID: "a", algorithm: .ps256).count == 1)
    }

    @Test("Without a kid every key that fits the algorithm is found", arguments: SignatureAlgorithm.elliptic)
    func byAlgorithm(algorithm: SignatureAlgorithm) throws {
        let all = SignatureAlgorithm.elliptic.map { Samples.key($0).publicKey.jwk }
        let set = try PublicJWKSet(["keys": .array((all + all.reversed() + [Self.rsa]).map(JSON.object))])
        let key = Samples.key(algorithm).publicKey
        #expect(set.verificationKeys(keyID: nil, algorithm: algorithm) == [key, key])
    }

    @Test("An RSA key that names no algorithm is one for either scheme, one that does only for that")
    func rsaSchemes() throws {
        let unnamed = try set(Self.rsa)
        for algorithm in [SignatureAlgorithm.ps256, .rs256] {
            #expect(unnamed.verificationKeys(keyID: nil, algorithm: algorithm).map(\.algorithm) == [algorithm])
            let named = try set(Self.rsa.with("alg", .string(algorithm.rawValue)))
            for asked in [SignatureAlgorithm.ps256, .rs256] {
                #expect(named.verificationKeys(keyID: nil, algorithm: asked).count == (asked == algorithm ? 1 : 0))
            }
        }
    }

    @Test("use, key_ops and alg decide what a key is for")
    func purposes() throws {
        let encryption = JWESamples.p256.publicJWK.with("use", "enc").with("kid", "enc")
        let set = try set(
            Self.p256.with("use", "sig"), Self.p256.with("key_ops", ["verify"]), encryption,
            Self.rsa.with("key_ops", ["wrapKey"]), Self.p256.with("alg", "ECDH-ES"))
        #expect(set.count == 5)
        #expect(set.verificationKeys(keyID: nil, algorithm: .es256).count == 2)
        #expect(set.verificationKeys(keyID: "enc", algorithm: .es256).isEmpty)
        #expect(set.verificationKeys(keyID: nil, algorithm: .ps256).isEmpty)
        #expect(set.encryptionKey(algorithm: .ecdhESA256KW)?.keyID == "enc")
        #expect(set.encryptionKey(algorithm: .rsaOAEP256)?.algorithm == .rsaOAEP256)
        #expect(set.encryptionKey(algorithm: .rsaOAEP256)?.keyID == nil)
    }

    @Test("The first key that fits is the one to encrypt to, and it opens")
    func encryptionKey() throws {
        let set = try set(
            Self.rsa.with("use", "sig"), JWESamples.rsa.publicJWK.with("alg", "RSA-OAEP-256").with("kid", "1"),
            JWESamples.p384.publicJWK.with("kid", "2"), JWESamples.p256.publicJWK.with("kid", "3"))
        #expect(set.encryptionKey(algorithm: .rsaOAEP) == nil)
        #expect(set.encryptionKey(algorithm: .rsaOAEP256)?.keyID == "1")
        let recipient = try #require(set.encryptionKey(algorithm: .ecdhES))
        #expect(recipient.keyID == "2")
        let compact = try JWE.encrypt([7], to: recipient, encryption: .a256GCM)
        #expect(try JWESamples.open(compact, with: JWESamples.p384).plaintext == [7])
        #expect(try PublicJWKSet(["keys": []]).encryptionKey(algorithm: .ecdhES) == nil)
    }
}
