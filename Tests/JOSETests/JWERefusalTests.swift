import Crypto
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("JWE refusals")
struct JWERefusalTests {
    private static let everyAlgorithm = Set(KeyManagementAlgorithm.allCases)
    private static let everyEncryption = Set(ContentEncryption.allCases)
    /// A JWE's parts, to `JWESamples.p256` by ECDH-ES+A128KW and A128GCM.
    private let parts: [String]

    init() throws {
        let recipient = try JWESamples.recipient(JWESamples.p256, .ecdhESA128KW)
        parts = try JWE.encrypt("secret".bytes, to: recipient, encryption: .a128GCM).split(separator: ".").map(
            String.init)
    }

    private func compact(_ index: Int, _ part: String) -> String {
        var parts = parts
        parts[index] = part
        return parts.joined(separator: ".")
    }

    private func refuses(
        header: String, _ reason: JWERefusal, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let compact = compact(0, Base64URL.encode(header.bytes))
        #expect(throws: reason, sourceLocation: sourceLocation) {
            try JWESamples.open(compact, with: JWESamples.p256)
        }
    }

    private func refuses(
        _ compact: String, _ reason: JWERefusal, _ key: JWEPrivateKey = JWESamples.p256,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: reason, sourceLocation: sourceLocation) { try JWESamples.open(compact, with: key) }
    }

    /// The header of `parts`, changed.
    private func header(_ change: (inout JSONObject) -> Void) throws -> String {
        var header = try SealedJWE(parsing: parts.joined(separator: ".")).header
        change(&header)
        return JSON.object(header).description
    }

    @Test("A JWE longer than any is refused unread")
    func tooLong() {
        let limit = JWE.maximumBytes
        #expect(throws: JWERefusal.tooLong) { try SealedJWE(parsing: [UInt8](repeating: 0x41, count: limit + 1)) }
        #expect(throws: JWERefusal.notCompact) { try SealedJWE(parsing: [UInt8](repeating: 0x41, count: limit)) }
        #expect(throws: JWERefusal.notCompact) { try SealedJWE(parsing: [UInt8](repeating: 0x2E, count: limit)) }
    }

    @Test("What is not five parts of strict base64url is refused")
    func notCompact() {
        let whole = parts.joined(separator: ".")
        let others = [
            "", "....", "e30", "e30.e30.e30", "e30.e30.e30.e30", "{}", whole + ".", "." + whole, whole + ".AA",
            whole + "=", whole + "\n", " " + whole, whole.replacing(".", with: ". "),
        ]
        for other in others {
            // Five empty parts are base64url, of a header that is none.
            refuses(other, other == "...." ? .headerNotJSONObject : .notCompact)
        }
        for index in 0..<5 {
            for part in ["A", parts[index] + "=", "é", "+/+/"] { refuses(compact(index, part), .notCompact) }
        }
    }

    @Test(
        "A header that is no JSON object is refused",
        arguments: ["", "[]", "\"alg\"", "{", "{}x", "{\"alg\":\"ECDH-ES\",\"alg\":\"ECDH-ES\"}", "null"])
    func headerNotJSONObject(header: String) {
        refuses(header: header, .headerNotJSONObject)
    }

    @Test("A header without alg or enc is refused")
    func missingAlgorithm() throws {
        for name in ["alg", "enc"] {
            for value in [nil, 1, .null, ["ECDH-ES"]] as [JSON?] {
                refuses(header: try header { $0[name] = value }, .missingAlgorithm)
            }
        }
    }

    @Test(
        "Key management that is symmetric, weak, unknown or misspelled is refused",
        arguments: [
            "", "none", "dir", "A128KW", "A256KW", "A128GCMKW", "PBES2-HS256+A128KW", "RSA1_5", "RSA-OAEP-384",
            "RSA-OAEP-512", "ECDH-ES+A192KW", "ecdh-es", "ECDH-ES ", "ECDH-ES+A128\u{212A}W", "ECDH-1PU", "HPKE-0",
        ])
    func unsupportedAlgorithm(name: String) throws {
        refuses(header: try header { $0["alg"] = .string(name) }, .unsupportedAlgorithm)
    }

    @Test(
        "Content encryption that is unknown or misspelled is refused",
        arguments: ["", "none", "A192GCM", "A192CBC-HS384", "A128CBC", "a128gcm", "A128GCM ", "XC20P", "C20P"])
    func unsupportedEncryption(name: String) throws {
        refuses(header: try header { $0["enc"] = .string(name) }, .unsupportedEncryption)
    }

    @Test("What the caller does not allow is refused", arguments: JWESamples.pairs.indices, ContentEncryption.allCases)
    func notAllowed(pair: Int, encryption: ContentEncryption) throws {
        let (key, algorithm) = JWESamples.pairs[pair]
        let compact = try JWE.encrypt([], to: try JWESamples.recipient(key, algorithm), encryption: encryption)
        #expect(throws: JWERefusal.unsupportedAlgorithm) {
            try JWE.decrypt(
                compact, with: key, allowing: Self.everyAlgorithm.subtracting([algorithm]),
                encryptions: Self.everyEncryption)
        }
        #expect(throws: JWERefusal.unsupportedEncryption) {
            try JWE.decrypt(
                compact, with: key, allowing: [algorithm], encryptions: Self.everyEncryption.subtracting([encryption]))
        }
    }

    @Test("Critical extensions and compression are refused, whatever they say")
    func criticalExtension() throws {
        for value in [["exp"], [], .null, ["zip"]] as [JSON] {
            refuses(header: try header { $0["crit"] = value }, .criticalExtension)
        }
        for value in ["DEF", "", .null] as [JSON] { refuses(header: try header { $0["zip"] = value }, .compressed) }
    }

    @Test("epk that is missing, private, of another curve or type, or off the curve is refused")
    func ephemeralKey() throws {
        for value in [nil, .null, "x", []] as [JSON?] {
            refuses(header: try header { $0["epk"] = value }, .malformedHeaderMember("epk"))
        }
        let epk = try #require(try SealedJWE(parsing: parts.joined(separator: ".")).header["epk"]?.object)
        let zero = JSON.string(Base64URL.encode([UInt8](repeating: 0, count: 32)))
        let cases: [(JSONObject, JWKRefusal)] = [
            (epk.with("d", "AA"), .privateMember), (epk.with("kty", "OKP"), .unsupportedKeyType),
            (epk.with("kty", "RSA"), .unsupportedKeyType), (epk.with("kty", nil), .malformedMember("kty")),
            (epk.with("crv", "P-521"), .unsupportedCurve), (epk.with("crv", nil), .malformedMember("crv")),
            (epk.with("x", nil), .malformedMember("x")), (epk.with("y", "AA"), .malformedMember("y")),
            (epk.with("y", zero), .pointNotOnCurve), (epk.with("x", zero).with("y", zero), .pointNotOnCurve),
            (JWESamples.p384.publicJWK, .unsupportedCurve), (JWESamples.rsa.publicJWK, .unsupportedKeyType),
            ([:], .malformedMember("kty")),
        ]
        for (epk, reason) in cases {
            refuses(header: try header { $0["epk"] = .object(epk) }, .ephemeralKey(reason))
        }
        // Another point is a key, but not the one that was agreed upon.
        refuses(header: try header { $0["epk"] = .object(JWESamples.p256.publicJWK) }, .undecryptable)
    }

    @Test("apu and apv that are no base64url are refused, others make another key")
    func parties() throws {
        for name in ["apu", "apv"] {
            for value in [1, .null, "A", "AA=="] as [JSON] {
                refuses(header: try header { $0[name] = value }, .malformedHeaderMember(name))
            }
            refuses(header: try header { $0[name] = "AA" }, .undecryptable)
        }
    }

    @Test("A key of another type is refused, and another of the same type does not open it")
    func otherKey() throws {
        let other = JWEPrivateKey.p256(P256.KeyAgreement.PrivateKey())
        let otherP384 = JWEPrivateKey.p384(P384.KeyAgreement.PrivateKey())
        let otherRSA = JWEPrivateKey.rsa(
            try RSADecryptionKey(derRepresentation: RSASamples.derRepresentation(RSASamples.first)))
        for (key, algorithm) in JWESamples.pairs {
            for encryption in ContentEncryption.allCases {
                let compact = try JWE.encrypt([1], to: try JWESamples.recipient(key, algorithm), encryption: encryption)
                switch key {
                case .p256:
                    refuses(compact, .undecryptable, other)
                    refuses(compact, .ephemeralKey(.unsupportedCurve), otherP384)
                    refuses(compact, .keyOfOtherAlgorithm, otherRSA)
                case .p384:
                    refuses(compact, .undecryptable, otherP384)
                    refuses(compact, .ephemeralKey(.unsupportedCurve), other)
                    refuses(compact, .keyOfOtherAlgorithm, otherRSA)
                case .rsa:
                    refuses(compact, .undecryptable, otherRSA)
                    refuses(compact, .keyOfOtherAlgorithm, other)
                    refuses(compact, .keyOfOtherAlgorithm, otherP384)
                }
            }
        }
    }

    @Test("Encrypted keys, nonces and tags of other lengths do not open", arguments: JWESamples.pairs.indices)
    func lengths(pair: Int) throws {
        let (key, algorithm) = JWESamples.pairs[pair]
        for encryption in ContentEncryption.allCases {
            let compact = try JWE.encrypt([1], to: try JWESamples.recipient(key, algorithm), encryption: encryption)
            let parts = compact.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            for index in [1, 2, 3, 4] {
                let bytes = try Base64URL.decode(parts[index])
                var others = [bytes + [0], [0] + bytes, bytes + [UInt8](repeating: 0, count: 16), bytes + bytes]
                others += [[], Array(bytes.dropLast()), Array(bytes.prefix(8)), Array(bytes.prefix(12))]
                for other in others where other != bytes {
                    var changed = parts
                    changed[index] = Base64URL.encode(other)
                    refuses(changed.joined(separator: "."), .undecryptable, key)
                }
            }
        }
    }

    @Test(
        "A GCM nonce that is longer than 96 bits is refused, though it be the one that was used", arguments: [12, 16])
    func longNonce(length: Int) throws {
        let ephemeral = P256.KeyAgreement.PrivateKey()
        guard case .p256(let recipient) = JWESamples.p256 else {
            Issue.record("a sample of another type")
            return
        }
        let secret = try ephemeral.sharedSecretFromKeyAgreement(with: recipient.publicKey)
        let contentKey = ConcatKDF.deriveKey(
            from: secret.withUnsafeBytes { Array($0) }, algorithm: "A256GCM", partyU: [], partyV: [], length: 32)
        let header: JSONObject = [
            "alg": "ECDH-ES", "enc": "A256GCM", "epk": .object(JWEPrivateKey.p256(ephemeral).publicJWK),
        ]
        let encodedHeader = Base64URL.encode(JSON.object(header).encoded())
        let nonce = [UInt8](repeating: 5, count: length)
        let box = try AES.GCM.seal(
            [1], using: SymmetricKey(data: contentKey), nonce: AES.GCM.Nonce(data: nonce),
            authenticating: encodedHeader.bytes)
        let compact =
            [encodedHeader, ""] + [nonce, Array(box.ciphertext), Array(box.tag)].map { Base64URL.encode($0) }
        guard length > 12 else {
            #expect(try JWESamples.open(compact.joined(separator: "."), with: JWESamples.p256).plaintext == [1])
            return
        }
        refuses(compact.joined(separator: "."), .undecryptable)
    }

    @Test("A JWE under one algorithm does not open under another", arguments: JWESamples.pairs.indices)
    func otherAlgorithm(pair: Int) throws {
        let (key, algorithm) = JWESamples.pairs[pair]
        let compact = try JWE.encrypt([1], to: try JWESamples.recipient(key, algorithm), encryption: .a128CBCHS256)
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let header = try SealedJWE(parsing: compact).header
        for (name, values) in [
            ("alg", KeyManagementAlgorithm.allCases.map(\.rawValue)),
            ("enc", ContentEncryption.allCases.map(\.rawValue)),
        ] {
            for value in values where header[name] != .string(value) {
                let changed = Base64URL.encode(JSON.object(header.with(name, .string(value))).encoded())
                #expect(throws: JWERefusal.self) {
                    try JWESamples.open(([changed] + parts.dropFirst()).joined(separator: "."), with: key)
                }
            }
        }
    }
}

@Suite("Altered JWEs")
struct JWEMutationTests {
    /// All combinations of the elliptic keys, and one for each algorithm of the RSA key, which takes its time.
    private static let combinations: [(pair: Int, encryption: ContentEncryption)] =
        JWESamples.pairs.indices.flatMap { pair in
            let encryptions = pair < 6 ? ContentEncryption.allCases : [pair == 6 ? .a256GCM : .a256CBCHS512]
            return encryptions.map { (pair, $0) }
        }

    @Test("No JWE of which one byte was changed opens", arguments: combinations.indices)
    func changedBytes(combination: Int) throws {
        let (pair, encryption) = Self.combinations[combination]
        let (key, algorithm) = JWESamples.pairs[pair]
        let recipient = try JWESamples.recipient(key, algorithm, keyID: "1")
        let compact = Array(try JWE.encrypt("{\"a\":1}".bytes, to: recipient, encryption: encryption).utf8)
        var generator = SeededGenerator(seed: UInt64(pair))
        for index in compact.indices {
            // A random other byte, and the neighbour in the alphabet, which differs in trailing bits only.
            for other in [UInt8.random(in: 0...255, using: &generator), compact[index] ^ 1]
            where other != compact[index] {
                var changed = compact
                changed[index] = other
                #expect(throws: JWERefusal.self, "byte \(index)") {
                    try SealedJWE(parsing: changed).open(
                        with: key, allowing: Set(KeyManagementAlgorithm.allCases),
                        encryptions: Set(ContentEncryption.allCases))
                }
            }
        }
    }

    @Test("No flipped bit of the decoded parts opens once encoded again", arguments: [0, 1, 6])
    func changedBits(pair: Int) throws {
        let (key, algorithm) = JWESamples.pairs[pair]
        let compact = try JWE.encrypt(
            [1, 2, 3], to: try JWESamples.recipient(key, algorithm), encryption: .a128CBCHS256)
        let parts = try compact.split(separator: ".", omittingEmptySubsequences: false).map { try Base64URL.decode($0) }
        for part in parts.indices {
            // An RSA decryption for each bit of 256 bytes would take long: some of them.
            let step = part == 1 && parts[part].count > 100 ? 61 : 1
            for bit in stride(from: 0, to: parts[part].count * 8, by: step) {
                var changed = parts
                changed[part][bit / 8] ^= 1 << UInt8(bit % 8)
                let text = changed.map { Base64URL.encode($0) }.joined(separator: ".")
                #expect(throws: JWERefusal.self, "bit \(bit) of part \(part)") { try JWESamples.open(text, with: key) }
            }
        }
    }

    @Test("Whatever bytes there are, nothing but what was encrypted opens", arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let compact = Array(
            try JWE.encrypt(
                "secret".bytes, to: try JWESamples.recipient(JWESamples.p256, .ecdhESA256KW), encryption: .a128GCM
            ).utf8)
        for _ in 0..<2_000 {
            var changed = compact
            for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&changed, &generator) }
            guard changed != compact else { continue }
            #expect(throws: JWERefusal.self) {
                try SealedJWE(parsing: changed).open(
                    with: JWESamples.p256, allowing: Set(KeyManagementAlgorithm.allCases),
                    encryptions: Set(ContentEncryption.allCases))
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: 0...255, using: &generator)) }
        let index = Int.random(in: bytes.indices, using: &generator)
        let end = Int.random(in: index...min(index + 40, bytes.count), using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.removeSubrange(index..<end)
        case 2: bytes.insert(contentsOf: bytes[index..<end], at: index)
        case 3: bytes.insert(UInt8(ascii: "."), at: index)
        default: bytes.swapAt(index, Int.random(in: bytes.indices, using: &generator))
        }
    }
}
