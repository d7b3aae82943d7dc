import Foundation
import Testing
import WebAuthn
import WireFormats

@Suite("Published test vectors, WebAuthn Level 3 §16")
struct PublishedVectorTests {
    /// What each case has to give: its algorithm and format, or why it is refused.
    private enum Outcome {
        case accepted(CredentialAlgorithm, String)
        case refused(WebAuthnRefusal)
    }

    private static let outcomes: [String: Outcome] = [
        "none-es256": .accepted(.es256, "none"),
        "packed-self-es256": .accepted(.es256, "packed"),
        "none-es256-crossOrigin": .refused(.crossOrigin),
        "none-es256-topOrigin": .refused(.crossOrigin),
        "none-es256-long-credential-id": .accepted(.es256, "none"),
        "packed-es256": .accepted(.es256, "packed"),
        "packed-es384": .refused(.unsupportedKey),
        "packed-es512": .refused(.unsupportedKey),
        "packed-rs256": .accepted(.rs256, "packed"),
        "packed-eddsa": .accepted(.edDSA, "packed"),
        "packed-ed448": .refused(.unsupportedKey),
        "tpm-es256": .accepted(.es256, "tpm"),
        "android-key-es256": .accepted(.es256, "android-key"),
        "apple-es256": .accepted(.es256, "apple"),
        "fido-u2f-es256": .accepted(.es256, "fido-u2f"),
    ]

    /// One registration and one authentication with the credential it made.
    private struct Vector {
        let name: String
        let registration: [String: [UInt8]]
        let authentication: [String: [UInt8]]

        init(_ json: JSON) throws {
            name = String(try #require(json["anchor"]?.string).dropFirst("sctn-test-vectors-".count))
            registration = try Self.members(json["registration"])
            authentication = try Self.members(json["authentication"])
        }

        private static func members(_ json: JSON?) throws -> [String: [UInt8]] {
            try #require(json?.object).members.reduce(into: [:]) {
                $0[$1.name] = bytes(ofHex: $1.value.string ?? "")
            }
        }

        /// The parts as `toJSON()` would give them.
        func answer(_ parts: [String: [UInt8]], _ names: [String]) throws -> [UInt8] {
            let id = JSON.string(Base64URL.encode(try #require(registration["credential_id"])))
            let response = try names.map { ($0, JSON.string(Base64URL.encode(try #require(parts[$0])))) }
            return JSON.object([
                "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": [:],
                "response": .object(JSONObject(response)),
            ]).encoded()
        }
    }

    private static let relyingParty = try! RelyingParty(
        id: "example.org", origins: ["https://example.org"], name: "Example")
    private static let user = UserHandle([1])!

    private static func vectors() throws -> [Vector] {
        let url = try #require(
            Bundle.module.url(forResource: "webauthn-level3-section16", withExtension: "json", subdirectory: "Fixtures")
        )
        let json = try JSON(parsing: Array(Data(contentsOf: url)))
        return try #require(json["cases"]?.array).map(Vector.init)
    }

    private func register(_ vector: Vector) throws -> VerifiedRegistration {
        try VerifiedRegistration(
            responseJSON: vector.answer(vector.registration, ["clientDataJSON", "attestationObject"]),
            challenge: try #require(vector.registration["challenge"].flatMap(CeremonyChallenge.init)),
            relyingParty: Self.relyingParty, userVerification: .preferred)
    }

    @Test("Each registration is accepted or refused as it should be, and its authentication after it")
    func vectors() throws {
        let vectors = try Self.vectors()
        #expect(Set(vectors.map(\.name)) == Set(Self.outcomes.keys))
        for vector in vectors {
            switch try #require(Self.outcomes[vector.name]) {
            case .refused(let refusal):
                #expect(throws: refusal, "\(vector.name)") { try register(vector) }
            case .accepted(let algorithm, let format):
                let registration = try register(vector)
                #expect(registration.credentialID.bytes == vector.registration["credential_id"])
                #expect(registration.aaguid == vector.registration["aaguid"])
                #expect(registration.publicKey.algorithm == algorithm)
                #expect(registration.attestationFormat == format)
                try authenticate(vector, StoredCredential(registration, of: Self.user))
            }
        }
    }

    private func authenticate(_ vector: Vector, _ credential: StoredCredential) throws {
        let names = ["clientDataJSON", "authenticatorData", "signature"]
        let challenge = try #require(vector.authentication["challenge"].flatMap(CeremonyChallenge.init))
        let verify = { (parts: [String: [UInt8]]) in
            try VerifiedAssertion(
                UnverifiedAssertion(responseJSON: vector.answer(parts, names)), by: credential,
                user: .known(Self.user), challenge: challenge, relyingParty: Self.relyingParty,
                userVerification: .preferred)
        }
        #expect(try verify(vector.authentication).signCount == 0, "\(vector.name)")
        var changed = vector.authentication
        changed["signature"]?[20] ^= 1
        #expect(throws: WebAuthnRefusal.invalidSignature, "\(vector.name)") { try verify(changed) }
        changed = vector.authentication
        changed["authenticatorData"]?[36] = 1
        #expect(throws: WebAuthnRefusal.invalidSignature, "\(vector.name)") { try verify(changed) }
    }
}
