import Crypto
import JOSE
import WebAuthn
import WireFormats

/// A key that lives in the authenticator of a test.
enum TestKey: Sendable {
    case es256(P256.Signing.PrivateKey)
    case edDSA(Curve25519.Signing.PrivateKey)

    var coseKey: [(CBORValue, CBORValue)] {
        switch self {
        case .es256(let key):
            let point = Array(key.publicKey.rawRepresentation)
            return [
                (.integer(1), .integer(2)), (.integer(3), .integer(-7)), (.integer(-1), .integer(1)),
                (.integer(-2), .bytes(Array(point[..<32]))), (.integer(-3), .bytes(Array(point[32...]))),
            ]
        case .edDSA(let key):
            return [
                (.integer(1), .integer(1)), (.integer(3), .integer(-8)), (.integer(-1), .integer(6)),
                (.integer(-2), .bytes(Array(key.publicKey.rawRepresentation))),
            ]
        }
    }

    func sign(_ message: [UInt8]) throws -> [UInt8] {
        switch self {
        case .es256(let key): Array(try key.signature(for: SHA256.hash(data: message)).derRepresentation)
        case .edDSA(let key): Array(try key.signature(for: message))
        }
    }

    static let p256 = TestKey.es256(P256.Signing.PrivateKey())
    static let ed25519 = TestKey.edDSA(Curve25519.Signing.PrivateKey())
}

/// What a browser and its authenticator would answer, with every part open to change.
struct TestAnswer {
    static let user = UserHandle(Array("account 17".utf8))!
    static let challenge = CeremonyChallenge(Array(1...32))!
    static let relyingParty = try! RelyingParty(
        id: "login.example.org", origins: ["https://login.example.org", "https://a.login.example.org:8443"],
        name: "Example")

    static let registrationFlags: UInt8 = 0b0100_0101
    static let assertionFlags: UInt8 = 0b0000_0101

    var key = TestKey.p256
    var credentialID: [UInt8] = Array(100..<132)
    var relyingPartyID = "login.example.org"
    var flags: UInt8
    var signCount: UInt32 = 7
    var aaguid: [UInt8] = Array(repeating: 0xA6, count: 16)
    /// In place of what ``key`` gives.
    var coseKey: [(CBORValue, CBORValue)]?
    /// After all that the flags announce, or in its place.
    var tail: [UInt8] = []
    var clientData: JSONObject
    var format = CBORValue.text("none")
    var statement = CBORValue.map([])
    /// Members of `response` that replace, or with nil remove, the honest ones.
    var response: [String: JSON?] = [:]
    /// Members around `response`, likewise.
    var envelope: [String: JSON?] = [:]
    /// Bytes of the authenticator data, in place of the honest ones.
    var authenticatorData: [UInt8]?
    var attestationObject: [UInt8]?
    var signature: [UInt8]?

    static func registration() -> TestAnswer { TestAnswer("webauthn.create", flags: registrationFlags) }
    static func assertion() -> TestAnswer { TestAnswer("webauthn.get", flags: assertionFlags) }

    private init(_ type: String, flags: UInt8) {
        self.flags = flags
        clientData = [
            "type": .string(type), "challenge": .string(Base64URL.encode(Self.challenge.bytes)),
            "origin": "https://login.example.org", "crossOrigin": false,
        ]
    }

    var signedData: [UInt8] {
        if let authenticatorData { return authenticatorData }
        var data = Array(SHA256.hash(data: Array(relyingPartyID.utf8))) + [flags]
        data += (0..<4).reversed().map { UInt8(truncatingIfNeeded: signCount >> (8 * $0)) }
        if flags & 0x40 != 0 {
            data += aaguid + [UInt8(credentialID.count >> 8), UInt8(credentialID.count & 0xFF)] + credentialID
            data += CBORValue.map(coseKey ?? key.coseKey).encoded
        }
        return data + tail
    }

    private var serializedClientData: [UInt8] { JSON.object(clientData).encoded() }

    private func json(_ honest: JSONObject) -> [UInt8] {
        var inner = honest
        for (name, value) in response { inner[name] = value }
        let id = JSON.string(Base64URL.encode(credentialID))
        var outer: JSONObject = [
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": ["credProps": ["rk": true]], "response": .object(inner),
        ]
        for (name, value) in envelope { outer[name] = value }
        return JSON.object(outer).encoded()
    }

    func registrationJSON() -> [UInt8] {
        let object =
            attestationObject
            ?? CBORValue.map([
                (.text("fmt"), format), (.text("attStmt"), statement), (.text("authData"), .bytes(signedData)),
            ]).encoded
        return json([
            "clientDataJSON": .string(Base64URL.encode(serializedClientData)),
            "attestationObject": .string(Base64URL.encode(object)),
            "transports": ["hybrid", "internal"], "publicKeyAlgorithm": -7,
        ])
    }

    func assertionJSON() throws -> [UInt8] {
        let message = signedData + Array(SHA256.hash(data: serializedClientData))
        return json([
            "clientDataJSON": .string(Base64URL.encode(serializedClientData)),
            "authenticatorData": .string(Base64URL.encode(signedData)),
            "signature": .string(Base64URL.encode(try signature ?? key.sign(message))),
            "userHandle": .string(Base64URL.encode(Self.user.bytes)),
        ])
    }

    func register(
        _ userVerification: UserVerificationRequirement = .required
    ) throws(WebAuthnRefusal) -> VerifiedRegistration {
        try VerifiedRegistration(
            responseJSON: registrationJSON(), challenge: Self.challenge, relyingParty: Self.relyingParty,
            userVerification: userVerification)
    }

    /// Answers with the credential that ``TestAnswer/registration()`` made, unless another is given.
    func assert(
        by credential: StoredCredential? = nil, user: ExpectedUser = .known(user),
        _ userVerification: UserVerificationRequirement = .required
    ) throws -> VerifiedAssertion {
        try VerifiedAssertion(
            UnverifiedAssertion(responseJSON: assertionJSON()), by: try credential ?? Self.stored(key), user: user,
            challenge: Self.challenge, relyingParty: Self.relyingParty, userVerification: userVerification)
    }

    static func stored(
        _ key: TestKey = .p256, signCount: UInt32 = 6, isBackupEligible: Bool = false
    ) throws -> StoredCredential {
        StoredCredential(
            id: CredentialID(Array(100..<132))!, userHandle: user,
            publicKey: try CredentialPublicKey(coseKey: CBORValue.map(key.coseKey).encoded), signCount: signCount,
            isBackupEligible: isBackupEligible)
    }
}
