import CredentialFormats
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("SD-JWT refusals")
struct SDJWTRefusalTests {
    private func refuses(
        payload: String, _ disclosures: [String] = [], for reason: SDJWTRefusal,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let compact = try Samples.sdJWT(payload: payload, disclosures)
        #expect(throws: reason, sourceLocation: sourceLocation) { try Samples.verify(compact) }
    }

    @Test("A string without tilde or with an empty disclosure is refused")
    func malformed() throws {
        let jws = try Samples.sdJWT(payload: "{}").dropLast()
        let disclosure = Samples.disclosure("[\"s\",\"a\",1]")
        for text in ["", String(jws), "\(jws)~~", "\(jws)~\(disclosure)~~", "\(jws)~~\(disclosure)~", "\(jws)~~x.y.z"] {
            #expect(throws: SDJWTRefusal.malformed) { try UnverifiedSDJWT(parsing: text) }
        }
    }

    @Test("A string longer than any SD-JWT is refused unread")
    func tooLong() {
        let long = [UInt8](repeating: UInt8(ascii: "~"), count: 4 * UnverifiedJWS.maximumBytes + 1)
        #expect(throws: SDJWTRefusal.malformed) { try UnverifiedSDJWT(parsing: long) }
    }

    @Test("More disclosures than any credential needs are refused")
    func tooManyDisclosures() throws {
        let disclosures = [String](repeating: "AA", count: UnverifiedSDJWT.maximumDisclosures)
        #expect(try UnverifiedSDJWT(parsing: Samples.sdJWT(payload: "{}", disclosures)).disclosures.count == 1000)
        for more in [["AA"], ["AA", "AA"], disclosures] {
            let compact = try Samples.sdJWT(payload: "{}", disclosures + more)
            #expect(throws: SDJWTRefusal.tooManyDisclosures) { try UnverifiedSDJWT(parsing: compact) }
        }
    }

    @Test("An issuer-signed part that is no JWS, or not this issuer's, is refused for that")
    func jws() throws {
        #expect(throws: SDJWTRefusal.jws(.notCompact)) { try UnverifiedSDJWT(parsing: "a.b~") }
        #expect(throws: SDJWTRefusal.jws(.unsupportedAlgorithm)) {
            try UnverifiedSDJWT(parsing: Base64URL.encode("{\"alg\":\"none\"}".bytes) + ".e30.~")
        }
        let token = try UnverifiedSDJWT(parsing: try Samples.sdJWT(payload: "{}"))
        #expect(throws: SDJWTRefusal.jws(.invalidSignature)) { try token.verify(with: Samples.holder.publicKey) }
    }

    @Test("A payload that is no JSON object is refused", arguments: ["", "[]", "1", "{\"a\":1,\"a\":2}", "{} x"])
    func payloadNotJSONObject(payload: String) throws {
        try refuses(payload: payload, for: .payloadNotJSONObject)
    }

    @Test(
        "A hash algorithm other than SHA-256 is refused",
        arguments: ["\"sha-512\"", "\"SHA-256\"", "\"\"", "null", "256"])
    func unsupportedHashAlgorithm(algorithm: String) throws {
        try refuses(payload: "{\"_sd_alg\":\(algorithm)}", for: .unsupportedHashAlgorithm)
    }

    @Test(
        "A disclosure of another shape is refused even when a digest refers to it",
        arguments: [
            "", "{}", "[]", "[\"s\"]", "[\"s\",\"a\",1,2]", "[1,\"a\",1]", "[null,\"a\",1]", "[\"s\",1,1]",
            "[\"s\",null,1]",
            "[\"s\",\"a\",1] x", "[\"s\",\"a\",{\"b\":1,\"b\":2}]", "\"s\"",
        ])
    func malformedDisclosure(json: String) throws {
        let disclosure = Samples.disclosure(json)
        guard !disclosure.isEmpty else { return try refuses(payload: "{}", [" "], for: .malformedDisclosure) }
        let payload = "{\"_sd\":[\"\(Samples.digest(disclosure))\"]}"
        try refuses(payload: payload, [disclosure], for: .malformedDisclosure)
    }

    @Test(
        "A disclosure in other base64 is refused",
        arguments: ["WyJzIiwiYSIsMV0=", "WyJzIiwiYSIsMV1", "W yJzIiwiYSIsMV0"])
    func otherBase64(disclosure: String) throws {
        try refuses(payload: "{\"_sd\":[\"\(Samples.digest(disclosure))\"]}", [disclosure], for: .malformedDisclosure)
    }

    @Test("An array element's disclosure in an object, or a member's in an array, is refused")
    func wrongPlace() throws {
        let element = Samples.disclosure("[\"s\",1]")
        try refuses(payload: "{\"_sd\":[\"\(Samples.digest(element))\"]}", [element], for: .malformedDisclosure)
        let member = Samples.disclosure("[\"s\",\"a\",1]")
        try refuses(payload: "{\"l\":[{\"...\":\"\(Samples.digest(member))\"}]}", [member], for: .malformedDisclosure)
    }

    @Test("A disclosed member may not be named like SD-JWT's own", arguments: ["_sd", "..."])
    func forbiddenName(name: String) throws {
        let disclosure = Samples.disclosure("[\"s\",\"\(name)\",1]")
        try refuses(payload: "{\"_sd\":[\"\(Samples.digest(disclosure))\"]}", [disclosure], for: .forbiddenName)
    }

    @Test("Three dots beside an object's members are refused")
    func dots() throws {
        try refuses(payload: "{\"a\":{\"...\":\"x\"}}", for: .forbiddenName)
    }

    @Test("A disclosed name that stands beside its digest, or is disclosed twice, is refused")
    func nameCollision() throws {
        let first = Samples.disclosure("[\"s\",\"a\",1]")
        let second = Samples.disclosure("[\"t\",\"a\",2]")
        try refuses(payload: "{\"a\":0,\"_sd\":[\"\(Samples.digest(first))\"]}", [first], for: .nameCollision)
        try refuses(
            payload: "{\"_sd\":[\"\(Samples.digest(first))\",\"\(Samples.digest(second))\"]}", [first, second],
            for: .nameCollision)
    }

    @Test("A digest that occurs twice is refused, also as a decoy, in another place, or by a disclosure sent twice")
    func duplicateDigest() throws {
        let disclosure = Samples.disclosure("[\"s\",\"a\",1]")
        let digest = Samples.digest(disclosure)
        try refuses(payload: "{\"_sd\":[\"\(digest)\",\"\(digest)\"]}", [disclosure], for: .duplicateDigest)
        try refuses(
            payload: "{\"_sd\":[\"\(digest)\"],\"b\":{\"_sd\":[\"\(digest)\"]}}", [disclosure], for: .duplicateDigest)
        try refuses(payload: "{\"_sd\":[\"x\",\"x\"]}", for: .duplicateDigest)
        try refuses(payload: "{\"_sd\":[\"x\"],\"l\":[{\"...\":\"x\"}]}", for: .duplicateDigest)
        try refuses(payload: "{\"_sd\":[\"\(digest)\"]}", [disclosure, disclosure], for: .duplicateDigest)
    }

    @Test("A disclosure that nothing refers to is refused, one inside a withheld disclosure too")
    func unreferencedDisclosure() throws {
        let inner = Samples.disclosure("[\"s\",\"a\",1]")
        try refuses(payload: "{}", [inner], for: .unreferencedDisclosure)
        try refuses(payload: "{\"_sd\":[\"x\"]}", [inner], for: .unreferencedDisclosure)
        let outer = Samples.disclosure("[\"t\",\"o\",{\"_sd\":[\"\(Samples.digest(inner))\"]}]")
        let payload = "{\"_sd\":[\"\(Samples.digest(outer))\"]}"
        try refuses(payload: payload, [inner], for: .unreferencedDisclosure)
        #expect(try Samples.verify(Samples.sdJWT(payload: payload, [inner, outer])).payload == ["o": ["a": 1]])
        #expect(try Samples.verify(Samples.sdJWT(payload: payload, [outer])).payload == ["o": [:]])
    }

    @Test(
        "A list of digests that is none is refused",
        arguments: [
            "{\"_sd\":\"x\"}", "{\"_sd\":null}", "{\"_sd\":[1]}", "{\"_sd\":[[\"x\"]]}", "{\"a\":{\"_sd\":{}}}",
            "{\"l\":[{\"...\":1}]}", "{\"l\":[{\"...\":\"x\",\"a\":1}]}", "{\"l\":[[{\"...\":null}]]}",
        ])
    func malformedDigestList(payload: String) throws {
        try refuses(payload: payload, for: .malformedDigestList)
    }

    @Test("Disclosures inside each other cannot make a payload deeper than a payload may be")
    func depth() throws {
        var disclosures = [Samples.disclosure("[\"s\",\"leaf\",1]")]
        var nested: [(payload: String, disclosures: [String])] = []
        for level in 1..<500 {
            let digest = Samples.digest(disclosures[level - 1])
            nested.append(("{\"_sd\":[\"\(digest)\"]}", disclosures))
            disclosures.append(Samples.disclosure("[\"s\",\"o\",[[[[[[[[[[{\"_sd\":[\"\(digest)\"]}]]]]]]]]]]]"))
        }
        _ = try Samples.verify(Samples.sdJWT(payload: nested[1].payload, nested[1].disclosures))
        for deep in [2, 20, 400] {
            try refuses(payload: nested[deep].payload, nested[deep].disclosures, for: .malformedDisclosure)
        }
    }
}
