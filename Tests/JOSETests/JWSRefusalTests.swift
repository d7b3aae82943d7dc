import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("JWS refusals")
struct JWSRefusalTests {
    private let key = Samples.key(.es256)

    @Test("A token longer than any is refused unread")
    func tooLong() throws {
        let limit = UnverifiedJWS.maximumBytes
        #expect(throws: JWSRefusal.tooLong) { try UnverifiedJWS(parsing: [UInt8](repeating: 0x41, count: limit + 1)) }
        #expect(throws: JWSRefusal.notCompact) { try UnverifiedJWS(parsing: [UInt8](repeating: 0x41, count: limit)) }
    }

    @Test(
        "What is not three parts of strict base64url is refused",
        arguments: [
            "", ".", "a", "e30", "e30.e30", "e30.e30.AA.AA", "e30.e30.AA.", ".e30.e30.AA", "e30.e30.A", "e30.e30.AA==",
            "e31.e30.AA", "e30.e3 0.AA", "e30.e30.AA\n", " e30.e30.AA", "e30.e30.é", "{\"payload\":\"e30\"}",
        ])
    func notCompact(text: String) {
        #expect(throws: JWSRefusal.notCompact) { try UnverifiedJWS(parsing: text) }
    }

    @Test(
        "A header that is no JSON object is refused",
        arguments: ["", "[]", "\"ES256\"", "{", "{\"alg\":\"ES256\"}x", "{\"alg\":\"ES256\",\"alg\":\"none\"}", "null"])
    func headerNotJSONObject(header: String) throws {
        let token = try Samples.sign(header: header, by: key)
        #expect(throws: JWSRefusal.headerNotJSONObject) { try UnverifiedJWS(parsing: token) }
    }

    @Test(
        "A header without an algorithm's name is refused",
        arguments: ["{}", "{\"alg\":1}", "{\"alg\":null}", "{\"ALG\":\"ES256\"}"])
    func missingAlgorithm(header: String) throws {
        let token = try Samples.sign(header: header, by: key)
        #expect(throws: JWSRefusal.missingAlgorithm) { try UnverifiedJWS(parsing: token) }
    }

    @Test(
        "None, symmetric, unknown and misspelled algorithms are refused",
        arguments: [
            "none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS256", "PS256", "ES512", "ES256K", "es256",
            "ES256 ",
            "EDDSA", "Ed25519", "Ed448",
        ])
    func unsupportedAlgorithm(name: String) throws {
        let token = try Samples.sign(header: "{\"alg\":\"\(name)\"}", by: key)
        #expect(throws: JWSRefusal.unsupportedAlgorithm) { try UnverifiedJWS(parsing: token) }
    }

    @Test(
        "Critical extensions are refused, and b64 whatever it says",
        arguments: [
            "\"crit\":[\"exp\"]", "\"crit\":[]", "\"crit\":null", "\"b64\":false", "\"b64\":true",
            "\"b64\":false,\"crit\":[\"b64\"]",
        ])
    func criticalExtension(members: String) throws {
        let token = try Samples.sign(header: "{\"alg\":\"ES256\",\(members)}", by: key)
        #expect(throws: JWSRefusal.criticalExtension) { try UnverifiedJWS(parsing: token) }
    }

    @Test(
        "A key verifies tokens of its own algorithm only, whatever the header says",
        arguments: SignatureAlgorithm.allCases, SignatureAlgorithm.allCases)
    func keyOfOtherAlgorithm(stated: SignatureAlgorithm, actual: SignatureAlgorithm) throws {
        let key = Samples.key(actual)
        let token = try UnverifiedJWS(parsing: try Samples.sign(header: "{\"alg\":\"\(stated.rawValue)\"}", by: key))
        guard stated != actual else {
            #expect(try token.verify(with: key.publicKey).payload == "{}".bytes)
            return
        }
        #expect(throws: JWSRefusal.keyOfOtherAlgorithm) { try token.verify(with: key.publicKey) }
        // By a key of the stated algorithm the signature is none.
        #expect(throws: JWSRefusal.invalidSignature) { try token.verify(with: Samples.key(stated).publicKey) }
    }

    @Test("Another key of the same algorithm does not verify", arguments: SignatureAlgorithm.allCases)
    func otherKey(algorithm: SignatureAlgorithm) throws {
        let token = try JWSIssuer(signer: Samples.key(algorithm), header: [:]).sign(payload: [])
        #expect(throws: JWSRefusal.invalidSignature) {
            try UnverifiedJWS(parsing: token).verify(with: Samples.key(algorithm, seed: 2).publicKey)
        }
    }

    @Test("A signature of another length is refused, a DER one too", arguments: SignatureAlgorithm.allCases)
    func signatureLength(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm)
        let token = try JWSIssuer(signer: key, header: [:]).sign(payload: "{}".bytes)
        let dot = try #require(token.lastIndex(of: UInt8(ascii: ".")))
        let signature = try Base64URL.decode(token[(dot + 1)...])
        #expect(signature.count == key.publicKey.signatureLength)
        var others = [[], Array(signature.dropLast()), signature + [0], [0] + signature, signature + signature]
        others.append([0x30, UInt8(signature.count)] + signature)
        for other in others {
            let forged = Array(token[...dot]) + Base64URL.encodeToBytes(other)
            #expect(throws: JWSRefusal.invalidSignature) {
                try UnverifiedJWS(parsing: forged).verify(with: key.publicKey)
            }
        }
    }

    @Test("A signature of zeros is refused", arguments: SignatureAlgorithm.allCases)
    func zeroSignature(algorithm: SignatureAlgorithm) throws {
        let header = Base64URL.encode("{\"alg\":\"\(algorithm.rawValue)\"}".bytes)
        let key = Samples.key(algorithm).publicKey
        let zeros = Base64URL.encode([UInt8](repeating: 0, count: key.signatureLength))
        #expect(throws: JWSRefusal.invalidSignature) {
            try UnverifiedJWS(parsing: "\(header).e30.\(zeros)").verify(with: key)
        }
    }

    @Test("No flipped bit of header, payload or signature verifies", arguments: SignatureAlgorithm.allCases)
    func tampering(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm)
        let token = try JWSIssuer(signer: key, header: ["kid": "1"]).sign(payload: "{\"a\":1}".bytes)
        _ = try UnverifiedJWS(parsing: token).verify(with: key.publicKey)
        for index in token.indices {
            for bit in 0..<8 {
                var changed = token
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: JWSRefusal.self, "bit \(bit) of byte \(index)") {
                    try UnverifiedJWS(parsing: changed).verify(with: key.publicKey)
                }
            }
        }
    }

    @Test("No flipped bit of the decoded parts verifies once encoded again", arguments: SignatureAlgorithm.allCases)
    func tamperingDecoded(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm)
        let token = try JWSIssuer(signer: key, header: [:]).sign(payload: "{\"a\":1}".bytes)
        let parts = try token.split(separator: UInt8(ascii: ".")).map { try Base64URL.decode($0) }
        for part in parts.indices {
            for bit in 0..<(parts[part].count * 8) {
                var changed = parts
                changed[part][bit / 8] ^= 1 << UInt8(bit % 8)
                let text = changed.map { Base64URL.encode($0) }.joined(separator: ".")
                #expect(throws: JWSRefusal.self, "bit \(bit) of part \(part)") {
                    try UnverifiedJWS(parsing: text).verify(with: key.publicKey)
                }
            }
        }
    }
}
