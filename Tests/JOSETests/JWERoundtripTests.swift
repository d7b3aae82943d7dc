import Crypto
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("JWE")
struct JWERoundtripTests {
    @Test(
        "What is encrypted to a key opens with it, whatever the algorithms", arguments: JWESamples.pairs.indices,
        ContentEncryption.allCases)
    func roundtrip(pair: Int, encryption: ContentEncryption) throws {
        let (key, algorithm) = JWESamples.pairs[pair]
        let recipient = try JWESamples.recipient(key, algorithm, keyID: "k")
        for length in [0, 1, 15, 16, 17, 1000] {
            let plaintext = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
            let compact = try JWE.encrypt(plaintext, to: recipient, encryption: encryption, header: ["cty": "JWT"])
            let opened = try JWE.decrypt(compact, with: key, allowing: [algorithm], encryptions: [encryption])
            #expect(opened.plaintext == plaintext)
            #expect(Array(opened.header.names.prefix(4)) == ["alg", "enc", "kid", "cty"])
            #expect(opened.header["alg"] == .string(algorithm.rawValue))
            #expect(opened.header["enc"] == .string(encryption.rawValue))
            #expect(opened.header["kid"] == "k")
            #expect(compact.split(separator: ".", omittingEmptySubsequences: false).count == 5)
        }
    }

    @Test("Nothing is the same twice: keys, nonces and ephemeral keys are fresh", arguments: JWESamples.pairs.indices)
    func fresh(pair: Int) throws {
        let (key, algorithm) = JWESamples.pairs[pair]
        let recipient = try JWESamples.recipient(key, algorithm)
        let parts = try (0..<8).map { _ in
            try JWE.encrypt([1, 2, 3], to: recipient, encryption: .a128GCM)
                .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        }
        for part in 0..<5 {
            let isSame = (part == 0 && key.publicJWK["kty"] == "RSA") || (part == 1 && algorithm == .ecdhES)
            #expect(Set(parts.map { $0[part] }).count == (isSame ? 1 : 8))
        }
    }

    @Test("The header has the JWK's kid only if there is one, and epk of exactly the recipient's curve")
    func header() throws {
        for (key, curve) in [(JWESamples.p256, "P-256"), (JWESamples.p384, "P-384")] {
            let compact = try JWE.encrypt([], to: try JWESamples.recipient(key, .ecdhES), encryption: .a256GCM)
            let sealed = try SealedJWE(parsing: compact)
            #expect(sealed.header.names == ["alg", "enc", "epk"])
            #expect(sealed.header["epk"]?.object?.names == ["crv", "kty", "x", "y"])
            #expect(sealed.header["epk"]?["crv"] == .string(curve))
            #expect(sealed.algorithm == .ecdhES)
            #expect(sealed.encryption == .a256GCM)
        }
        let compact = try JWE.encrypt(
            [], to: try JWESamples.recipient(JWESamples.rsa, .rsaOAEP256), encryption: .a256GCM)
        #expect(try SealedJWE(parsing: compact).header.names == ["alg", "enc"])
    }

    @Test("apu and apv go into the key", arguments: [KeyManagementAlgorithm.ecdhES, .ecdhESA128KW])
    func parties(algorithm: KeyManagementAlgorithm) throws {
        let recipient = try JWESamples.recipient(JWESamples.p256, algorithm)
        let compact = try JWE.encrypt(
            [1], to: recipient, encryption: .a128CBCHS256, header: ["apu": "QWxpY2U", "apv": "Qm9i"])
        let opened = try JWESamples.open(compact, with: JWESamples.p256)
        #expect(opened.plaintext == [1])
        #expect(opened.header["apu"] == "QWxpY2U")
        for bad in ["QWxpY2U=", "Q", 1, .null] as [JSON] {
            for name in ["apu", "apv"] {
                #expect(throws: JWERefusal.malformedHeaderMember(name)) {
                    try JWE.encrypt([1], to: recipient, encryption: .a128GCM, header: [name: bad])
                }
            }
        }
    }

    @Test("A JWT signed and then encrypted comes out signed")
    func nested() throws {
        let signer = Samples.key(.es256)
        let token = try JWSIssuer(signer: signer, header: [:]).sign(claims: ["iss": "https://op.example"])
        let compact = try JWE.encrypt(
            token.bytes, to: try JWESamples.recipient(JWESamples.p256, .ecdhES), encryption: .a128CBCHS256,
            header: ["cty": "JWT"])
        let opened = try JWESamples.open(compact, with: JWESamples.p256)
        let verified = try UnverifiedJWS(parsing: opened.plaintext).verify(with: signer.publicKey)
        #expect(try verified.claims().issuer == "https://op.example")
    }

    @Test(
        "Header members that are not the caller's are refused", arguments: ["alg", "enc", "kid", "epk", "crit", "zip"])
    func reserved(name: String) throws {
        let recipient = try JWESamples.recipient(JWESamples.p256, .ecdhES)
        #expect(throws: JWERefusal.reservedHeaderMember(name)) {
            try JWE.encrypt([], to: recipient, encryption: .a128GCM, header: [name: "x"])
        }
    }

    @Test("What would be longer than any that is read is not made")
    func tooLong() throws {
        let recipient = try JWESamples.recipient(JWESamples.p256, .ecdhES)
        for length in [JWE.maximumBytes * 3 / 4 - 100, JWE.maximumBytes] {
            #expect(throws: JWERefusal.tooLong) {
                try JWE.encrypt([UInt8](repeating: 0, count: length), to: recipient, encryption: .a128GCM)
            }
        }
        let longest = [UInt8](repeating: 0, count: JWE.maximumBytes * 3 / 4 - 1000)
        let compact = try JWE.encrypt(longest, to: recipient, encryption: .a256CBCHS512)
        #expect(try JWESamples.open(compact, with: JWESamples.p256).plaintext == longest)
    }

    @Test("An RSA key that decrypts comes back from its stored bytes")
    func stored() throws {
        let der = try RSASamples.derRepresentation(RSASamples.second)
        #expect(try RSADecryptionKey(derRepresentation: der).derRepresentation == der)
        #expect(throws: (any Error).self) { try RSADecryptionKey(derRepresentation: der + [0]) }
        #expect(JWESamples.rsa.publicJWK == PublicJWK.rsa)
    }

    private enum PublicJWK {
        static let rsa: JSONObject = ["e": "AQAB", "kty": "RSA", "n": RSASamples.second["n"] ?? .null]
    }
}

@Suite("JWE recipients")
struct JWERecipientTests {
    private static let elliptic = JWESamples.p256.publicJWK
    private static let rsa = JWESamples.rsa.publicJWK
    private static let ecdh: [KeyManagementAlgorithm] = [.ecdhES, .ecdhESA128KW, .ecdhESA256KW]
    private static let oaep: [KeyManagementAlgorithm] = [.rsaOAEP, .rsaOAEP256]

    private func refuses(
        _ jwk: JSONObject, _ algorithm: KeyManagementAlgorithm?, _ reason: JWKRefusal,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: reason, sourceLocation: sourceLocation) { try JWERecipient(jwk: jwk, algorithm: algorithm) }
    }

    @Test("A key is for the algorithms of its type", arguments: KeyManagementAlgorithm.allCases)
    func keyType(algorithm: KeyManagementAlgorithm) throws {
        let (fitting, other) = Self.ecdh.contains(algorithm) ? (Self.elliptic, Self.rsa) : (Self.rsa, Self.elliptic)
        #expect(try JWERecipient(jwk: fitting, algorithm: algorithm).algorithm == algorithm)
        refuses(other, algorithm, .unsupportedKeyType)
        for type in ["oct", "OKP", "ec", "", "AKP"] {
            refuses(fitting.with("kty", .string(type)), algorithm, .unsupportedKeyType)
        }
        refuses(fitting.with("kty", nil), algorithm, .malformedMember("kty"))
    }

    @Test("The JWK's alg decides where nothing was agreed upon, and must fit what was")
    func statedAlgorithm() throws {
        for (jwk, algorithms) in [(Self.elliptic, Self.ecdh), (Self.rsa, Self.oaep)] {
            refuses(jwk, nil, .malformedMember("alg"))
            refuses(jwk.with("alg", 1), nil, .malformedMember("alg"))
            for name in ["ECDH-ES+A192KW", "RSA1_5", "dir", "ES256", "ECDH-ES+A128\u{212A}W", ""] {
                refuses(jwk.with("alg", .string(name)), nil, .notForThisUse)
                refuses(jwk.with("alg", .string(name)), algorithms[0], .notForThisUse)
            }
            for stated in algorithms {
                let jwk = jwk.with("alg", .string(stated.rawValue))
                #expect(try JWERecipient(jwk: jwk).algorithm == stated)
                for agreed in algorithms {
                    if agreed == stated {
                        _ = try JWERecipient(jwk: jwk, algorithm: agreed)
                    } else {
                        refuses(jwk, agreed, .notForThisUse)
                    }
                }
            }
        }
        refuses(Self.rsa.with("alg", "ECDH-ES"), nil, .unsupportedKeyType)
    }

    @Test("A key for signatures, or for other operations, is refused")
    func notForThisUse() throws {
        for (jwk, algorithm) in [(Self.elliptic, KeyManagementAlgorithm.ecdhES), (Self.rsa, .rsaOAEP256)] {
            for use in ["sig", "", "ENC"] { refuses(jwk.with("use", .string(use)), algorithm, .notForThisUse) }
            for operations in [[], ["verify"], ["unwrapKey", "decrypt"], nil, "encrypt"] as [JSON] {
                refuses(jwk.with("key_ops", operations), algorithm, .notForThisUse)
            }
            _ = try JWERecipient(jwk: jwk.with("use", "enc"), algorithm: algorithm)
        }
        _ = try JWERecipient(jwk: Self.elliptic.with("key_ops", ["deriveKey"]), algorithm: .ecdhES)
        _ = try JWERecipient(jwk: Self.elliptic.with("key_ops", ["x", "deriveBits"]), algorithm: .ecdhES)
        _ = try JWERecipient(jwk: Self.rsa.with("key_ops", ["wrapKey"]), algorithm: .rsaOAEP256)
        _ = try JWERecipient(jwk: Self.rsa.with("key_ops", ["encrypt"]), algorithm: .rsaOAEP256)
    }

    @Test("A private or symmetric member is refused", arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
    func privateMember(name: String) {
        refuses(Self.elliptic.with(name, "AA"), .ecdhES, .privateMember)
        refuses(Self.rsa.with(name, .null), .rsaOAEP256, .privateMember)
        refuses(["kty": "oct", name: "AA"], nil, .privateMember)
    }

    @Test("Other curves, points off the curve and malformed members are refused")
    func points() throws {
        for curve in ["P-521", "secp256k1", "X25519", "p-256", ""] {
            refuses(Self.elliptic.with("crv", .string(curve)), .ecdhES, .unsupportedCurve)
        }
        refuses(Self.elliptic.with("crv", "P-384"), .ecdhES, .malformedMember("x"))
        for jwk in [Self.elliptic, JWESamples.p384.publicJWK] {
            for name in ["crv", "x", "y"] {
                refuses(jwk.with(name, nil), .ecdhES, .malformedMember(name))
                refuses(jwk.with(name, 1), .ecdhES, .malformedMember(name))
            }
            var bytes = try Base64URL.decode(try #require(jwk["y"]?.string))
            bytes[bytes.count - 1] ^= 1
            refuses(jwk.with("y", .string(Base64URL.encode(bytes))), .ecdhES, .pointNotOnCurve)
            let zero = JSON.string(Base64URL.encode([UInt8](repeating: 0, count: bytes.count)))
            refuses(jwk.with("x", zero).with("y", zero), .ecdhES, .pointNotOnCurve)
            refuses(jwk.with("x", .string(Base64URL.encode(bytes + [0]))), .ecdhES, .malformedMember("x"))
        }
        for name in ["n", "e"] {
            for value in [nil, 1, "", "AA", "AQAB=", "AgAB", "gA"] as [JSON?] where !(name == "e" && value == "AQAB") {
                refuses(Self.rsa.with(name, value == "AgAB" ? "AAEAAQ" : value), .rsaOAEP256, .malformedMember(name))
            }
        }
    }

    @Test("kid is kept as it is, and must be a string")
    func keyID() throws {
        #expect(try JWERecipient(jwk: Self.elliptic, algorithm: .ecdhES).keyID == nil)
        #expect(try JWERecipient(jwk: Self.elliptic.with("kid", "é"), algorithm: .ecdhES).keyID == "é")
        refuses(Self.elliptic.with("kid", 1), .ecdhES, .malformedMember("kid"))
        refuses(Self.rsa.with("kid", .null), .rsaOAEP256, .malformedMember("kid"))
    }
}
