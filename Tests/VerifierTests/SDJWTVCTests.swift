import CredentialFormats
import Crypto
import Foundation
import JOSE
import Testing
import WireFormats

@testable import Verifier

@Suite("SD-JWT VC (dc+sd-jwt)")
struct SDJWTVCTests {
    @Test("A credential as issued is valid and says what it says")
    func valid() async throws {
        let report = try await Samples.verify(Samples.sdJWT())
        #expect(report.isValid)
        #expect(report.format == .sdJWTVC)
        #expect(report.issuer == Samples.issuerURL)
        #expect(report.keyUsed?.keyID == Samples.keyID)
        #expect(report.keyUsed?.algorithm == .es256)
        let content = try #require(report.content)
        #expect(content.types == [Samples.vct])
        #expect(content.claims == ["university": "Example", "given_name": "Ana", "family_name": "Núñez"])
        #expect(content.withheldCount == 2)
        #expect(content.holderKey == Samples.holder.publicKey)
        #expect(content.issuedAt == Date(timeIntervalSince1970: Double(Samples.issuedAt)))
        #expect(content.expiresAt == Date(timeIntervalSince1970: Double(Samples.expiresAt)))
        #expect(report.outcome(of: .presentation) == .notApplicable)
        #expect(report.outcome(of: .status) == .notApplicable)
        #expect(report.checks.map(\.name) == Check.Name.allCases)
    }

    @Test("A presentation of some disclosures is valid without the others", arguments: [0, 1])
    func subset(kept: Int) async throws {
        let parts = try Samples.sdJWT().split(separator: UInt8(ascii: "~"))
        let presented = parts[0] + "~".bytes + (kept == 1 ? parts[1] + "~".bytes : [])
        let report = try await Samples.verify(Array(presented))
        #expect(report.isValid)
        #expect(report.content?.claims.names.count == 1 + kept)
        #expect(report.content?.withheldCount == 4 - kept)
    }

    @Test("A bearer credential is valid and bound to nothing")
    func bearer() async throws {
        let report = try await Samples.verify(Samples.sdJWT(Samples.content(bound: false)))
        #expect(report.isValid)
        #expect(report.outcome(of: .holderKey) == .notApplicable)
        #expect(report.content?.holderKey == nil)
    }

    @Test("With another key nothing is believed")
    func otherKey() async throws {
        let verifier = CredentialVerifier(keys: OneKey(key: Samples.otherIssuer.publicKey))
        let report = try await verifier.verify(Samples.sdJWT(), at: Samples.now)
        #expect(!report.isValid)
        #expect(report.failure?.name == .signature)
        #expect(report.content == nil)
        #expect(report.outcome(of: .validity) == .notChecked)
    }

    @Test("A disclosure that does not belong fails, and so do two of the same")
    func foreignDisclosure() async throws {
        let foreign = Base64URL.encode(#"["c2FsdHNhbHRzYWx0c2FsdA","admin",true]"#.bytes) + "~"
        for credential in [
            try Samples.sdJWT() + foreign.bytes,
            try Samples.sdJWT() + Samples.sdJWT().split(separator: UInt8(ascii: "~"))[1] + "~".bytes,
        ] {
            let report = try await Samples.verify(credential)
            #expect(report.failure?.name == .disclosures)
            #expect(report.outcome(of: .signature) == .passed)
            #expect(report.content == nil)
        }
        let twice = try Samples.sdJWT()
        let report = try await Samples.verify(twice + twice.split(separator: UInt8(ascii: "~"))[1] + "~".bytes)
        #expect(report.failure?.name == .disclosures)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let check: Check.Name
        var header: @Sendable (inout JSONObject) -> Void = { _ in }
        var payload: @Sendable (inout JSONObject) -> Void = { _ in }
    }

    static let faults = [
        Fault(testDescription: "typ JWT", check: .typeHeader, header: { $0["typ"] = "JWT" }),
        Fault(testDescription: "no typ", check: .typeHeader, header: { $0["typ"] = nil }),
        Fault(testDescription: "typ vc+sd-jwt", check: .typeHeader, header: { $0["typ"] = "vc+sd-jwt" }),
        Fault(testDescription: "no vct", check: .dataModel, payload: { $0["vct"] = nil }),
        Fault(testDescription: "empty vct", check: .dataModel, payload: { $0["vct"] = "" }),
        Fault(testDescription: "iss no string", check: .dataModel, payload: { $0["iss"] = 7 }),
        Fault(testDescription: "exp no number", check: .validity, payload: { $0["exp"] = "tomorrow" }),
        Fault(testDescription: "exp too large", check: .validity, payload: { $0["exp"] = .decimal(literal: "1e400") }),
        Fault(
            testDescription: "expired", check: .validity,
            payload: { $0["exp"] = .integer(Int64(Samples.now.timeIntervalSince1970) - 60) }),
        Fault(
            testDescription: "not yet valid", check: .validity,
            payload: { $0["nbf"] = .integer(Int64(Samples.now.timeIntervalSince1970) + 61) }),
        Fault(
            testDescription: "issued in the future", check: .validity,
            payload: { $0["iat"] = .integer(Int64(Samples.now.timeIntervalSince1970) + 61) }),
        Fault(testDescription: "cnf no object", check: .holderKey, payload: { $0["cnf"] = "key" }),
        Fault(testDescription: "cnf with a malformed key", check: .holderKey, payload: { $0["cnf"] = ["jwk": [:]] }),
        Fault(
            testDescription: "cnf with a private key", check: .holderKey,
            payload: { $0["cnf"] = ["jwk": ["kty": "EC", "crv": "P-256", "d": "AA"]] }),
        Fault(testDescription: "unknown hash", check: .disclosures, payload: { $0["_sd_alg"] = "sha-512" }),
    ]

    @Test("Each fault fails its check and no other", arguments: faults)
    func faulty(fault: Fault) async throws {
        let credential = try Samples.resigned(Samples.sdJWT(), payload: fault.payload, header: fault.header)
        let report = try await Samples.verify(credential)
        #expect(!report.isValid)
        #expect(report.checks.filter { $0.outcome == .failed }.map(\.name) == [fault.check])
    }

    @Test("Clocks may be a minute apart")
    func tolerance() async throws {
        let now = Int64(Samples.now.timeIntervalSince1970)
        let credential = try Samples.resigned(Samples.sdJWT()) { payload in
            payload["iat"] = .integer(now + 60)
            payload["nbf"] = .integer(now + 60)
            payload["exp"] = .integer(now - 59)
        }
        let report = try await Samples.verify(credential)
        #expect(report.isValid)
    }

    static let reservedClaims: [(String, JSON)] = [
        ("vct", .string(Samples.vct)), ("iss", .string(Samples.issuerURL)), ("exp", .integer(Samples.expiresAt)),
        ("nbf", .integer(Samples.issuedAt)), ("status", ["status_list": ["idx": 1, "uri": "https://a.example"]]),
        ("cnf", ["jwk": .object(Samples.holder.publicKey.jwk)]),
    ]

    @Test("A claim that must not be withheld may not hide in a disclosure", arguments: reservedClaims)
    func hiddenReservedClaim(name: String, value: JSON) async throws {
        let disclosure = Base64URL.encode(JSON.array(["c2FsdHNhbHRzYWx0c2FsdA", .string(name), value]).encoded())
        let digest = Base64URL.encode(SHA256.hash(data: disclosure.bytes))
        let credential = try Samples.resigned(Samples.sdJWT()) { payload in
            payload[name] = nil
            payload["_sd"] = .array((payload["_sd"]?.array ?? []) + [.string(digest)])
        }
        let report = try await Samples.verify(credential + disclosure.bytes + "~".bytes)
        #expect(report.outcome(of: .reservedClaims) == .failed)
        #expect(!report.isValid)
    }

    @Test("A status that nobody looked up is reported as not checked")
    func status() async throws {
        let credential = try Samples.resigned(Samples.sdJWT()) {
            $0["status"] = ["status_list": ["idx": 1, "uri": "https://issuer.example/status/1"]]
        }
        let report = try await Samples.verify(credential)
        #expect(report.outcome(of: .status) == .notChecked)
    }

    static let unreadableTexts: [(String, UnreadableCredential)] = [
        ("", UnreadableCredential.jws(.notCompact)), ("~", .sdJWT(.jws(.notCompact))), ("a.b", .jws(.notCompact)),
        ("eyJhbGciOiJub25lIn0.e30.~", .sdJWT(.jws(.unsupportedAlgorithm))),
        ("eyJhbGciOiJub25lIn0.e30.", .jws(.unsupportedAlgorithm)),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AA", .jws(.unsupportedAlgorithm)),
        ("eyJhbGciOiJFUzI1NiJ9.e30.AA", .notACredential), ("eyJhbGciOiJFUzI1NiJ9.W10.AA~", .payloadNotJSONObject),
    ]

    @Test("What is no credential is refused before anything else", arguments: unreadableTexts)
    func unreadable(text: String, reason: UnreadableCredential) async throws {
        await #expect(throws: reason) { _ = try await Samples.verify(text.bytes) }
    }
}
