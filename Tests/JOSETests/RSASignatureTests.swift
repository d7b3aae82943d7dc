import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("RSA signatures")
struct RSASignatureTests {
    private static let algorithms: [SignatureAlgorithm] = [.ps256, .rs256]
    private static let all = SignatureAlgorithm.elliptic + algorithms

    /// RFC 7515 Appendix A.2.
    private static let rs256 = """
        eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0c\
        nVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb\
        F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6\
        _dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig\
        cN_IoypGlUPQGe77Rw
        """

    private func parse(_ token: some StringProtocol) throws(JWSRefusal) -> UnverifiedJWS {
        try UnverifiedJWS(parsing: token, accepting: Self.all)
    }

    @Test("RS256 of RFC 7515 A.2 verifies, and signing again gives the same bytes")
    func rfc7515() throws {
        let key = Samples.key(.rs256)
        let verified = try parse(Self.rs256).verify(with: key.publicKey)
        let claims = try JSON(parsing: verified.payload)
        #expect(claims == ["iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true])
        #expect(try JWSIssuer(signer: key, header: [:]).sign(payload: verified.payload) == Self.rs256.bytes)
    }

    @Test("RSA is accepted only where it is asked for", arguments: algorithms)
    func onlyWhereAskedFor(algorithm: SignatureAlgorithm) throws {
        let token = try JWSIssuer(signer: Samples.key(algorithm), header: [:]).sign(payload: [])
        #expect(throws: JWSRefusal.unsupportedAlgorithm) { try UnverifiedJWS(parsing: token) }
        #expect(throws: JWSRefusal.unsupportedAlgorithm) {
            try UnverifiedJWS(parsing: token, accepting: Self.all.filter { $0 != algorithm })
        }
        #expect(throws: JWSRefusal.unsupportedAlgorithm) { try UnverifiedJWS(parsing: token, accepting: []) }
        let accepted = try UnverifiedJWS(parsing: token, accepting: [algorithm])
        #expect(accepted.algorithm == algorithm)
        #expect(!SignatureAlgorithm.allCases.contains(algorithm))
    }

    @Test(
        "Other RSA algorithms are refused whatever is accepted",
        arguments: ["RS384", "RS512", "PS384", "PS512", "RS1", "rs256", "none", "HS256"])
    func unsupported(name: String) throws {
        let token = try Samples.sign(header: "{\"alg\":\"\(name)\"}", by: Samples.key(.rs256))
        #expect(throws: JWSRefusal.unsupportedAlgorithm) { try parse(token) }
    }

    @Test("What is signed verifies", arguments: algorithms)
    func roundtrip(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm)
        let token = try JWSIssuer(signer: key, header: ["typ": "JWT", "kid": "k"]).sign(claims: ["é": 1])
        let verified = try parse(token).verify(with: key.publicKey)
        #expect(verified.header.names == ["alg", "typ", "kid"])
        #expect(verified.header["alg"] == .string(algorithm.rawValue))
        #expect(try verified.claims().all == ["é": 1])
        #expect(throws: JWSRefusal.invalidSignature) {
            try parse(token).verify(with: Samples.key(algorithm, seed: 2).publicKey)
        }
    }

    @Test("PS256 salts: the same payload is signed with other bytes")
    func salt() throws {
        let issuer = JWSIssuer(signer: Samples.key(.ps256), header: [:])
        #expect(try issuer.sign(payload: []) != issuer.sign(payload: []))
    }

    @Test("A key verifies tokens of its own algorithm only, whatever the header says", arguments: all, all)
    func keyOfOtherAlgorithm(stated: SignatureAlgorithm, actual: SignatureAlgorithm) throws {
        let key = Samples.key(actual)
        let token = try parse(try Samples.sign(header: "{\"alg\":\"\(stated.rawValue)\"}", by: key))
        guard stated != actual else {
            #expect(try token.verify(with: key.publicKey).payload == "{}".bytes)
            return
        }
        #expect(throws: JWSRefusal.keyOfOtherAlgorithm) { try token.verify(with: key.publicKey) }
        // The same RSA key in the other scheme is another key.
        #expect(throws: JWSRefusal.invalidSignature) { try token.verify(with: Samples.key(stated).publicKey) }
    }

    @Test("A signature of another length or of zeros is refused", arguments: algorithms)
    func signatureLength(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm)
        let parts = try JWSIssuer(signer: key, header: [:]).sign(claims: [:]).split(separator: ".")
        let signature = try Base64URL.decode(parts[2])
        #expect(signature.count == key.publicKey.signatureLength)
        let zeros = [UInt8](repeating: 0, count: signature.count)
        let others = [
            [], Array(signature.dropLast()), Array(signature.dropFirst()), signature + [0], [0] + signature, zeros,
            [UInt8](repeating: 0xFF, count: signature.count), zeros.dropLast() + [1],
        ]
        for other in others {
            let forged = parts[0] + "." + parts[1] + "." + Base64URL.encode(other)
            #expect(throws: JWSRefusal.invalidSignature) { try parse(forged).verify(with: key.publicKey) }
        }
    }

    @Test("No changed byte of header, payload or signature verifies", arguments: algorithms)
    func tampering(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm).publicKey
        let token = try JWSIssuer(signer: Samples.key(algorithm), header: ["kid": "1"]).sign(payload: "{\"a\":1}".bytes)
        _ = try UnverifiedJWS(parsing: token, accepting: Self.all).verify(with: key)
        for index in token.indices {
            for bit in 0..<8 {
                var changed = token
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: JWSRefusal.self, "bit \(bit) of byte \(index)") {
                    try UnverifiedJWS(parsing: changed, accepting: Self.all).verify(with: key)
                }
            }
        }
    }
}

@Suite("JOSE cookbook, RSA", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct RSACookbookTests {
    private func publicKey(_ jwk: JSON?, _ scheme: RSAScheme) throws -> PublicKey {
        try PublicKey(jwk: RSASamples.publicPart(try #require(jwk?.object)), allowing: .rsa(default: scheme))
    }

    @Test("RFC 7520 §4.1, RS256, verifies and comes out the same")
    func rs256() throws {
        let vector = try Vectors.read("jose/jws/4_1.rsa_v15_signature.json")
        let compact = try #require(vector["output"]?["compact"]?.string)
        let jwk = try #require(vector["input"]?["key"]?.object)
        let token = try UnverifiedJWS(parsing: compact, accepting: [.rs256])
        let verified = try token.verify(with: publicKey(.object(jwk), .rs256))
        #expect(verified.payload == vector["input"]?["payload"]?.string?.bytes)
        let key = try PrivateKey(.rs256, rawRepresentation: RSASamples.derRepresentation(jwk))
        let issuer = JWSIssuer(signer: key, header: ["kid": verified.header["kid"] ?? .null])
        #expect(try issuer.sign(payload: verified.payload) == compact.bytes)
    }

    @Test("RFC 7520 §4.2, PS384, is refused")
    func ps384() throws {
        let compact = try Vectors.read("jose/jws/4_2.rsa-pss_signature.json")["output"]?["compact"]?.string
        #expect(throws: JWSRefusal.unsupportedAlgorithm) {
            try UnverifiedJWS(parsing: compact ?? "", accepting: [.ps256, .rs256])
        }
    }

    @Test("RFC 7520 §3.3 is taken as a key; §3.4, which is private, is refused")
    func keys() throws {
        let jwk = try #require(try Vectors.read("jose/jwk/3_3.rsa_public_key.json").object)
        #expect(try PublicKey(jwk: jwk, allowing: .rsa(default: .ps256)).algorithm == .ps256)
        let secret = try #require(try Vectors.read("jose/jwk/3_4.rsa_private_key.json").object)
        #expect(throws: JWKRefusal.privateMember) { try PublicKey(jwk: secret, allowing: .rsa(default: .ps256)) }
    }

    @Test("RFC 7520 §6: the outer layer opens, and the PS256 signature in it verifies")
    func nested() throws {
        let vector = try Vectors.read("jose/6.nesting_signatures_and_encryption.json")
        let key = try #require(vector["encrypt"]?["input"]?["key"]?.object)
        let compact = try #require(vector["encrypt"]?["output"]?["compact"]?.string)
        let opened = try JWE.decrypt(
            compact, with: .rsa(RSADecryptionKey(derRepresentation: RSASamples.derRepresentation(key))),
            allowing: [.rsaOAEP], encryptions: [.a128GCM])
        #expect(opened.header["cty"] == "JWT")
        #expect(opened.plaintext == vector["sign"]?["output"]?["compact"]?.string?.bytes)
        let signer = try publicKey(vector["sign"]?["input"]?["key"], .ps256)
        let verified = try UnverifiedJWS(parsing: opened.plaintext, accepting: [.ps256]).verify(with: signer)
        #expect(try verified.claims().issuer == "hobbiton.example")
        #expect(signer.signatureLength == 256)
    }
}
