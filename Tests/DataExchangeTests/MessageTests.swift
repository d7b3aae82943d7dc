import CredentialFormats
import Crypto
import DataSharing
import Foundation
import JOSE
import OAuth
import Testing
import WireFormats

@Suite("Scope values")
struct ScopeValuesTests {
    private let world = ExchangeWorld()

    private func expectation(
        _ form: VerifiedScopeValues.Expectation.Form, marketURI: String = ExchangeWorld.marketURI,
        scope: String = "shop:loyalty", version: Int64 = 2, key: PrivateKey? = nil,
        person: VerifiedScopeValues.Expectation.Person = .unbound, now: Int64 = ExchangeWorld.now
    ) -> VerifiedScopeValues.Expectation {
        .init(
            marketURI: marketURI, scope: scope, version: .exactly(version),
            keys: VerificationKeys((key ?? world.marketKey).publicKey), person: person, form: form, now: now)
    }

    @Test("Digests are filled with decoys up to a multiple of eight, and disclosures verify", arguments: [1, 7, 8, 9])
    func roundtrip(count: Int) throws {
        let values = JSONObject((0..<count).map { ("claim\($0)", JSON.integer(Int64($0))) })
        let issued = try world.issued(values)
        let digest = try VerifiedScopeValues(verifying: issued.digestOnly, expecting: expectation(.digestOnly))
        #expect(digest.digestCount == (count + 7) / 8 * 8)
        #expect(digest.values.isEmpty)
        #expect(digest.digestHash == issued.digestHash)
        let whole = try VerifiedScopeValues(verifying: issued.complete, expecting: expectation(.disclosed))
        #expect(whole.values == values)
        let one = try VerifiedScopeValues(
            verifying: try #require(issued.presenting(["claim0"])), expecting: expectation(.disclosed))
        #expect(one.values == ["claim0": 0])
        #expect(issued.presenting(["claim0", "other"]) == nil)
    }

    @Test("What is another market's, scope's, version's, person's or time's is refused")
    func refusals() throws {
        let issued = try world.issued()
        func refuses(
            _ refusal: ScopeValuesRefusal, _ compact: String? = nil, _ expected: VerifiedScopeValues.Expectation,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(throws: refusal, sourceLocation: sourceLocation) {
                try VerifiedScopeValues(verifying: compact ?? issued.complete, expecting: expected)
            }
        }
        refuses(.otherMarket, nil, expectation(.disclosed, marketURI: "https://other.example"))
        refuses(.otherScope, nil, expectation(.disclosed, scope: "shop:health"))
        refuses(.otherVersion, nil, expectation(.disclosed, version: 3))
        refuses(.otherPerson, nil, expectation(.disclosed, person: .boundTo(keyID: world.personKeys.signingKeyID)))
        refuses(.fromTheFuture, nil, expectation(.disclosed, now: ExchangeWorld.now - 1031))
        refuses(.jwt(.jws(.invalidSignature)), nil, expectation(.disclosed, key: ExchangeWorld.key(9)))
        refuses(.disclosed, nil, expectation(.digestOnly))
        refuses(.noValues, issued.digestOnly, expectation(.disclosed))
        refuses(.keyBinding, issued.complete + "e30.e30.AA", expectation(.disclosed))
        let twice = issued.complete + (issued.disclosures[0].encoded + "~")
        refuses(.sdJWT(.duplicateDigest), twice, expectation(.disclosed))
        let foreign = try world.issued(["tier": "bronze"]).disclosures[0].encoded
        refuses(.sdJWT(.unreferencedDisclosure), issued.complete + foreign + "~", expectation(.disclosed))
        let bound = try world.issued(personKeyID: world.personKeys.signingKeyID)
        refuses(.otherPerson, bound.complete, expectation(.disclosed))
        refuses(
            .otherPerson, bound.complete,
            expectation(.disclosed, person: .boundTo(keyID: ExchangeWorld.encryptionKey(8).thumbprint)))
    }

    @Test("No claim may stand for something of the SD-JWT's own", arguments: ["iss", "exp", "scope", "_sd", "cnf"])
    func reserved(name: String) {
        #expect(throws: ScopeValuesRefusal.forbiddenName) { try world.issued([name: 1]) }
        #expect(throws: ScopeValuesRefusal.forbiddenName) { try world.issued(["address": ["_sd": []]]) }
    }

    @Test("Members in the clear, another type, short salts and other algorithms are refused")
    func strict() throws {
        let issued = try world.issued(["tier": "gold"])
        let payload = try #require(
            try JSON(parsing: Base64URL.decode(issued.issuerSigned.split(separator: ".")[1])).object)
        func signed(_ payload: JSONObject, type: String = ScopeValuesMaker.type) throws -> String {
            try JWSIssuer(signer: world.marketKey, header: ["typ": .string(type), "kid": "m1"]).sign(claims: payload)
        }
        var clear = payload
        clear["tier"] = "gold"
        #expect(throws: ScopeValuesRefusal.jwt(.malformedClaim("claim that is not known"))) {
            try VerifiedScopeValues(verifying: signed(clear) + "~", expecting: expectation(.digestOnly))
        }
        #expect(throws: ScopeValuesRefusal.jwt(.wrongType)) {
            try VerifiedScopeValues(
                verifying: signed(payload, type: "dc+sd-jwt") + "~", expecting: expectation(.digestOnly))
        }
        let disclosure = Base64URL.encode(JSON.array(["AAAAAAAAAAAAAAAAAAAA", "tier", "gold"]).encoded())
        var short = payload
        short["_sd"] = [.string(MessageHash(of: disclosure).text)]
        #expect(throws: ScopeValuesRefusal.shortSalt) {
            try VerifiedScopeValues(verifying: signed(short) + "~\(disclosure)~", expecting: expectation(.disclosed))
        }
        var expired = payload
        expired["exp"] = .integer(ExchangeWorld.now)
        #expect(throws: ScopeValuesRefusal.expired) {
            try VerifiedScopeValues(verifying: signed(expired) + "~", expecting: expectation(.digestOnly))
        }
    }
}

@Suite("Sealed messages")
struct SealedMessageTests {
    private let key = ExchangeWorld.encryptionKey(6)

    private func sealed(_ change: (inout JSONObject) -> Void) throws -> String {
        let compact = try SealedMessage.seal("x", content: .release, to: key)
        var parts = compact.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        var header = try #require(try JSON(parsing: Base64URL.decode(parts[0])).object)
        change(&header)
        parts[0] = Base64URL.encode(JSON.object(header).encoded())
        return parts.joined(separator: ".")
    }

    @Test("What was sealed passes unopened, and opens with its key alone")
    func roundtrip() throws {
        let compact = try SealedMessage.seal("values", content: .release, to: key)
        let message = try SealedMessage(checking: compact, content: .release, recipient: .key(id: key.keyID))
        #expect(try message.open(with: .p256(ExchangeWorld.agreementKey(6))) == Array("values".utf8))
        #expect(throws: SealedMessageRefusal.jwe(.undecryptable)) {
            try message.open(with: .p256(ExchangeWorld.agreementKey(7)))
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: SealedMessageRefusal
        let change: @Sendable (inout JSONObject) -> Void

        init(
            _ name: String, _ refusal: SealedMessageRefusal, _ change: @escaping @Sendable (inout JSONObject) -> Void
        ) {
            (testDescription, self.refusal, self.change) = (name, refusal, change)
        }
    }

    private static let faults: [Fault] = [
        .init("RSA1_5", .jwe(.unsupportedAlgorithm)) { $0["alg"] = "RSA1_5" },
        .init("dir", .jwe(.unsupportedAlgorithm)) { $0["alg"] = "dir" },
        .init("PBES2 with a huge count", .jwe(.unsupportedAlgorithm)) {
            $0["alg"] = "PBES2-HS512+A256KW"
            $0["p2c"] = 2_000_000_000
        },
        .init("a huge count", .headerMember) { $0["p2c"] = 2_000_000_000 },
        .init("direct agreement", .wrongAlgorithm) { $0["alg"] = "ECDH-ES" },
        .init("A128GCM", .wrongEncryption) { $0["enc"] = "A128GCM" },
        .init("compressed", .jwe(.compressed)) { $0["zip"] = "DEF" },
        .init("critical", .jwe(.criticalExtension)) { $0["crit"] = ["exp"] },
        .init("an address of keys", .headerMember) { $0["jku"] = "https://evil.example" },
        .init("another key", .wrongKey) { $0["kid"] = "other" },
        .init("no key", .wrongKey) { $0["kid"] = nil },
        .init("a deposit", .wrongContentType) { $0["cty"] = "sd-jwt" },
        .init("no content type", .wrongContentType) { $0["cty"] = nil },
        .init("a point off the curve", .ephemeralKey) {
            var epk = $0["epk"]?.object ?? [:]
            epk["y"] = epk["x"]
            $0["epk"] = .object(epk)
        },
        .init("a private ephemeral key", .ephemeralKey) {
            var epk = $0["epk"]?.object ?? [:]
            epk["d"] = "AA"
            $0["epk"] = .object(epk)
        },
        .init("no ephemeral key", .ephemeralKey) { $0["epk"] = nil },
    ]

    @Test("Another way of encrypting is refused without opening", arguments: faults)
    func refused(fault: Fault) throws {
        let compact = try sealed(fault.change)
        #expect(throws: fault.refusal) {
            try SealedMessage(checking: compact, content: .release, recipient: .key(id: key.keyID))
        }
    }

    @Test("What is longer than 64 KiB is refused")
    func tooLong() {
        #expect(throws: SealedMessageRefusal.tooLong) {
            try SealedMessage.seal(String(repeating: "x", count: 50_000), content: .release, to: key)
        }
        #expect(throws: SealedMessageRefusal.tooLong) {
            try SealedMessage(
                checking: String(repeating: "x", count: 65_537), content: .release, recipient: .any)
        }
    }
}

@Suite("Requested data")
struct DataSharingDetailTests {
    private var json: JSONObject {
        DataSharingDetail(
            scope: "shop:loyalty", claims: .some([.init("tier", isEssential: true), .init("points")]),
            purpose: "To offer you more", encryptionKey: ExchangeWorld.encryptionKey(6)
        ).json.object ?? [:]
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let value: JSON?
        let refusal: DataSharingDetailRefusal
        var testDescription: String { "\(name) \(value.map(\.description) ?? "missing")" }
    }

    private static let faults: [Fault] = [
        .init(name: "type", value: "openid_credential", refusal: .wrongType),
        .init(name: "scope", value: "loyalty", refusal: .scope), .init(name: "scope", value: nil, refusal: .scope),
        .init(name: "claims", value: [], refusal: .claims), .init(name: "claims", value: "tier", refusal: .claims),
        .init(name: "claims", value: [[:]], refusal: .claimName(index: 0)),
        .init(name: "claims", value: [["name": "tier"], ["name": "tier"]], refusal: .repeatedClaim(index: 1)),
        .init(name: "claims", value: [["name": "tier", "essential": 1]], refusal: .essential(index: 0)),
        .init(name: "claims", value: [["name": "tier", "also": 1]], refusal: .unknownMember),
        .init(name: "purpose", value: "", refusal: .purpose),
        .init(name: "purpose", value: .string(String(repeating: "x", count: 301)), refusal: .purpose),
        .init(name: "purpose", value: "a\u{7}b", refusal: .purpose),
        .init(name: "encryption_key", value: nil, refusal: .encryptionKeyMissing),
        .init(
            name: "encryption_key", value: ["kty": "EC", "crv": "P-384"], refusal: .encryptionKey(.unsupportedCurve)),
        .init(name: "more", value: true, refusal: .unknownMember),
    ]

    @Test("One wrong member is named", arguments: faults)
    func refused(fault: Fault) {
        var object = json
        object[fault.name] = fault.value
        #expect(throws: fault.refusal) { try DataSharingDetail(json: .object(object)) }
    }

    @Test("What is written is read again, and a key off the curve or shown in private is refused")
    func keys() throws {
        #expect(try DataSharingDetail(json: .object(json)).json == .object(json))
        for (member, refusal) in [("y", JWKRefusal.pointNotOnCurve), ("d", .privateMember)] {
            var object = json
            var key = object["encryption_key"]?.object ?? [:]
            key[member] = key["x"]
            object["encryption_key"] = .object(key)
            #expect(throws: DataSharingDetailRefusal.encryptionKey(refusal)) {
                try DataSharingDetail(json: .object(object))
            }
        }
    }

    @Test("Entries of one request are for different scopes and one key")
    func entries() throws {
        var other = json
        other["scope"] = "shop:health"
        #expect(
            try DataSharingDetail.entries(in: [.object(json), .object(other), ["type": "openid_credential"]]).count == 2
        )
        #expect(throws: DataSharingDetailRefusal.repeatedScope) {
            try DataSharingDetail.entries(in: [.object(json), .object(json)])
        }
        other["encryption_key"] = .object(ExchangeWorld.encryptionKey(9).jwk)
        #expect(throws: DataSharingDetailRefusal.differentKeys) {
            try DataSharingDetail.entries(in: [.object(json), .object(other)])
        }
    }
}

@Suite("Members of ID token and UserInfo")
struct SharedScopesTests {
    private func scope(_ jwe: String) -> EncryptedScope {
        EncryptedScope(
            version: 2, heldBy: .market, from: "shop", marketURI: ExchangeWorld.marketURI, content: .jwe(jwe),
            approval: "a.b.c",
            ledger: LedgerReference(log: "h/l", index: 1, entry: [1], salt: [UInt8](repeating: 2, count: 32)))
    }

    @Test("Short ones stand in the ID token, long ones by their hash")
    func sizes() throws {
        let pending = [(scope: "shop:other", reason: PendingReason.refused("superseded"))]
        let short = SharedScopes(encrypted: [("shop:loyalty", scope("x"))], pending: pending)
        #expect(try SharedScopes(reading: short.idTokenMembers) == short)
        #expect(short.idTokenMembers["_claim_sources"]?["shop"]?["JWT"] == "x")
        let long = SharedScopes(
            encrypted: [("shop:loyalty", scope(String(repeating: "x", count: 16_385)))], pending: pending)
        #expect(long.idTokenMembers["_claim_sources"] == nil)
        let inToken = try SharedScopes(reading: long.idTokenMembers)
        #expect(inToken.encrypted[0].content.content == .hash(long.encrypted[0].content.content.hash))
        #expect(try SharedScopes(reading: long.userInfoMembers) == long)
    }

    @Test("A scope that is there and pending is a contradiction")
    func contradiction() {
        let members = SharedScopes(
            encrypted: [("shop:loyalty", scope("x"))], pending: [("shop:loyalty", .notReady)]
        ).userInfoMembers
        #expect(throws: SharedScopes.Malformation.contradiction) { try SharedScopes(reading: members) }
    }
}
