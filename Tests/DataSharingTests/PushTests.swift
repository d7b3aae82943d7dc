import Crypto
import DataSharing
import Foundation
import JOSE
import Testing
import WireFormats

@Suite("Pushed digests")
struct PushTests {
    static let now: Int64 = 1_795_132_800
    let market: Organization
    let definition: ScopeDefinition

    init() throws {
        market = try Organization(json: OrganizationTests.document(["state": "approved"]))
        definition = try DefinitionTests.definition()
    }

    private func token(
        _ changes: JSONObject = [:], header: JSONObject = ["typ": "scope-values+sd-jwt", "kid": "k1"],
        key: P256.Signing.PrivateKey = OrganizationTests.key
    ) throws -> String {
        var claims: JSONObject = [
            "iss": "https://shop.example/market", "iat": .integer(Self.now), "scope": "shop:loyalty", "version": 2,
            "_sd_alg": "sha-256",
            "_sd": .array((0..<8).map { .string(Base64URL.encode([UInt8](repeating: UInt8($0), count: 32))) }),
        ]
        for member in changes.members { claims[member.name] = member.value == .null ? JSON?.none : member.value }
        return try JWSIssuer(signer: PrivateKey.p256(key), header: header).sign(claims: claims)
    }

    private func verify(_ token: String, _ changes: JSONObject = [:]) throws -> VerifiedDigest {
        var entry: JSONObject = [
            "subject": "somebody", "scope": "shop:loyalty", "version": 2, "sd_jwt": .string(token + "~"),
            "shape": ["tier": "TEXT"],
        ]
        for member in changes.members { entry[member.name] = member.value == .null ? JSON?.none : member.value }
        let body: JSON = ["digests": [.object(entry)]]
        return try VerifiedDigest(
            verifying: PushedDigest.parse(body.encoded())[0], of: market, against: definition, now: Self.now)
    }

    @Test("A digest is named by the hash of the signed JWT")
    func takesGood() throws {
        let token = try token()
        let verified = try verify(token)
        #expect(verified.digestHash == Array(SHA256.hash(data: Array(token.utf8))))
        #expect(Base64URL.encode(verified.signature) == token.split(separator: ".")[2])
    }

    static let badClaims: [JSONObject] = [
        ["iss": "https://bank.example/market"], ["iss": nil], ["scope": "shop:other"], ["version": 1],
        ["iat": nil], ["iat": .integer(now + 61)], ["exp": .integer(now)], ["exp": "1"], ["sub": "somebody"],
        ["cnf": [:]], ["_sd_alg": "sha-512"], ["_sd": nil], ["_sd": []], ["_sd": ["AA"]],
        ["_sd": [.string(String(repeating: "A", count: 43)), .string(String(repeating: "A", count: 43))]],
    ]

    @Test("What the JWT must not say is refused", arguments: badClaims.indices)
    func refusesClaims(_ index: Int) throws {
        let token = try token(Self.badClaims[index])
        let problems = try #require(throws: PathProblems.self) { try verify(token) }
        #expect(problems.all.map(\.path) == ["digests[0].sd_jwt"])
    }

    @Test(
        "Another type, another key and an unknown key are refused",
        arguments: [
            ["typ": "JWT", "kid": "k1"], ["kid": "k1"], ["typ": "scope-values+sd-jwt"],
            ["typ": "scope-values+sd-jwt", "kid": "k2"],
        ] as [JSONObject])
    func refusesHeaders(_ header: JSONObject) throws {
        let token = try token(header: header)
        #expect(throws: PathProblems.self) { try verify(token) }
    }

    @Test("A signature by a key that the market has not registered is refused")
    func refusesOtherKey() throws {
        let token = try token(key: P256.Signing.PrivateKey())
        #expect(throws: PathProblems("digests[0].sd_jwt", "its signature is not by the key which its kid names")) {
            try verify(token)
        }
    }

    static let badEntries: [(changes: JSONObject, path: String)] = [
        (["shape": ["points": "INTEGER"]], "digests[0].shape.tier"), (["shape": nil], "digests[0].shape"),
        (["expires_at": .integer(now)], "digests[0].expires_at"), (["expires_at": "1"], "digests[0].expires_at"),
        (["subject": ""], "digests[0].subject"), (["subject": 1], "digests[0].subject"),
        (["sd_jwt": "a.b.c"], "digests[0].sd_jwt"), (["sd_jwt": "a.b.c~d~"], "digests[0].sd_jwt"),
        (["sd_jwt": "a.b.c~"], "digests[0].sd_jwt"), (["other": 1], "digests[0].other"),
        (["scope": "shop"], "digests[0].scope"), (["version": 0], "digests[0].version"),
    ]

    @Test("What is wrong with an entry is told by its path", arguments: badEntries.indices)
    func refusesEntries(_ index: Int) throws {
        let token = try token()
        let problems = try #require(throws: PathProblems.self) { try verify(token, Self.badEntries[index].changes) }
        #expect(problems.all.map(\.path).contains(Self.badEntries[index].path))
    }

    @Test("A scope that the person keeps takes no digests")
    func refusesOtherHolder() throws {
        var object = try #require(DefinitionTests.good.object)
        object["held_by"] = "person"
        let token = try token()
        let body: JSON = [
            "digests": [
                [
                    "subject": "a", "scope": "shop:loyalty", "version": 2, "sd_jwt": .string(token + "~"),
                    "shape": ["tier": "TEXT"],
                ]
            ]
        ]
        let definition = try ScopeDefinition(json: .object(object))
        #expect(throws: PathProblems("digests[0].scope", "the person keeps this scope; send a deposit")) {
            try VerifiedDigest(
                verifying: PushedDigest.parse(body.encoded())[0], of: market, against: definition, now: Self.now)
        }
    }
}

@Suite("Pushed deposits")
struct DepositTests {
    let market: Organization
    let definition: ScopeDefinition

    init() throws {
        market = try Organization(json: OrganizationTests.document(["state": "approved"]))
        var object = try #require(DefinitionTests.good.object)
        object["held_by"] = "person"
        definition = try ScopeDefinition(json: .object(object))
    }

    static let shape: JSON = ["tier": "TEXT"]

    /// A JWE in form; nobody here can open it anyhow.
    private func jwe(_ changes: JSONObject = [:]) -> String {
        var header: JSONObject = [
            "alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "sd-jwt", "kid": "theirs",
            "epk": .object(PublicKey.p256(P256.Signing.PrivateKey().publicKey).jwk),
        ]
        for member in changes.members { header[member.name] = member.value == .null ? JSON?.none : member.value }
        return [
            JSON.object(header).encoded(), [UInt8](repeating: 1, count: 40), [UInt8](repeating: 2, count: 12), [3, 3],
            [UInt8](repeating: 4, count: 16),
        ].map { Base64URL.encode($0) }.joined(separator: ".")
    }

    private func verify(
        _ jwe: String, claims changes: JSONObject = [:], type: JSON = "scope-shape+jwt", key: String = "theirs"
    ) throws -> VerifiedDeposit {
        var claims: JSONObject = [
            "iss": "https://shop.example/market", "iat": .integer(PushTests.now), "scope": "shop:loyalty", "version": 2,
            "shape": Self.shape, "jwe_hash": .string(Base64URL.encode(SHA256.hash(data: Array(jwe.utf8)))),
        ]
        for member in changes.members { claims[member.name] = member.value == .null ? JSON?.none : member.value }
        let signature = try JWSIssuer(
            signer: PrivateKey.p256(OrganizationTests.key), header: ["typ": type, "kid": "k1"]
        ).sign(claims: claims)
        let body: JSON = [
            "deposits": [
                [
                    "subject": "somebody", "scope": "shop:loyalty", "version": 2, "shape": Self.shape,
                    "shape_signature": .string(signature), "key_id": "theirs", "jwe": .string(jwe),
                ]
            ]
        ]
        return try VerifiedDeposit(
            verifying: PushedDeposit.parse(body.encoded())[0], of: market, against: definition, encryptionKey: key,
            now: PushTests.now)
    }

    @Test("A deposit is named by the hash of its JWE")
    func takesGood() throws {
        let jwe = jwe()
        #expect(try verify(jwe).sealedHash == Array(SHA256.hash(data: Array(jwe.utf8))))
    }

    static let badHeaders: [JSONObject] = [
        ["alg": "ECDH-ES"], ["alg": "dir"], ["alg": "RSA1_5"], ["enc": "A128GCM"], ["cty": nil], ["cty": "JWT"],
        ["kid": "other"], ["kid": nil], ["epk": nil], ["epk": ["kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"]],
        ["zip": "DEF"], ["crit": ["a"]], ["p2c": 2_000_000_000], ["jku": "https://shop.example/keys"],
        [
            "epk": [
                "kty": "EC", "crv": "P-256", "x": .string(Base64URL.encode([UInt8](repeating: 1, count: 32))),
                "y": .string(Base64URL.encode([UInt8](repeating: 1, count: 32))),
            ]
        ],
    ]

    @Test("What no browser should open is refused", arguments: badHeaders.indices)
    func refusesSealed(_ index: Int) throws {
        let problems = try #require(throws: PathProblems.self) { try verify(jwe(Self.badHeaders[index])) }
        #expect(problems.all.map(\.path) == ["deposits[0].jwe"])
    }

    @Test("A part of another length is refused: a wrapped key, a nonce, a tag", arguments: [1, 2, 4])
    func refusesLengths(_ index: Int) throws {
        var parts = jwe().split(separator: ".").map(String.init)
        parts[index] = Base64URL.encode([UInt8](repeating: 1, count: 8))
        let problems = try #require(throws: PathProblems.self) { try verify(parts.joined(separator: ".")) }
        #expect(problems.all.map(\.path) == ["deposits[0].jwe"])
    }

    static let badClaims: [JSONObject] = [
        ["jwe_hash": "AA"], ["shape": ["points": "INTEGER"]], ["iss": "https://bank.example"], ["scope": "shop:other"],
        ["version": 3], ["iat": .integer(PushTests.now + 61)], ["sub": "somebody"],
    ]

    @Test("A shape that was signed for something else is refused", arguments: badClaims.indices)
    func refusesShape(_ index: Int) throws {
        let problems = try #require(throws: PathProblems.self) { try verify(jwe(), claims: Self.badClaims[index]) }
        #expect(problems.all.map(\.path) == ["deposits[0].shape_signature"])
    }

    @Test("Another type of JWT and another key of the person are refused")
    func refusesOthers() throws {
        #expect(throws: PathProblems.self) { try verify(jwe(), type: "JWT") }
        let problems = try #require(throws: PathProblems.self) { try verify(jwe(), key: "newer") }
        #expect(problems.all.map(\.path) == ["deposits[0].key_id"])
    }
}
