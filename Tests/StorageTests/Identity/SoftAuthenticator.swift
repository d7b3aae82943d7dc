import Crypto
import WireFormats

/// A browser with an authenticator in it that keeps one passkey: answers as `toJSON()` gives them.
struct SoftAuthenticator {
    let credentialID: [UInt8]
    var signCount: UInt32 = 0
    var origin = "http://localhost:8080"
    private let key = P256.Signing.PrivateKey()

    init(_ number: UInt8 = 1) { credentialID = [UInt8](repeating: number, count: 16) }

    /// The answer to the options of `navigator.credentials.create()`.
    func create(_ options: [UInt8]) throws -> [UInt8] {
        let challenge = try JSON(parsing: options)["challenge"] ?? .null
        let point = Array(key.publicKey.rawRepresentation)
        // COSE_Key: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
        let coseKey: [UInt8] =
            [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20] + point[..<32]
            + [0x22, 0x58, 0x20] + point[32...]
        let data =
            authenticatorData(flags: 0x45)
            + [UInt8](repeating: 0, count: 16) + [0, UInt8(credentialID.count)] + credentialID + coseKey
        // {"fmt": "none", "attStmt": {}, "authData": data}.
        let object: [UInt8] =
            [0xA3, 0x63] + Array("fmt".utf8) + [0x64] + Array("none".utf8) + [0x67]
            + Array("attStmt".utf8) + [0xA0, 0x68] + Array("authData".utf8)
            + [0x58, UInt8(data.count)] + data
        return answer([
            "clientDataJSON": encoded(clientData("webauthn.create", challenge)), "attestationObject": encoded(object),
            "transports": ["internal"],
        ])
    }

    /// The answer to the options of `navigator.credentials.get()`.
    func get(_ challenge: [UInt8], user: [UInt8]?) throws -> [UInt8] {
        let clientData = clientData("webauthn.get", encoded(challenge))
        let data = authenticatorData(flags: 0x05)
        let message = data + Array(SHA256.hash(data: clientData))
        let signature = try key.signature(for: SHA256.hash(data: message))
        return answer([
            "clientDataJSON": encoded(clientData), "authenticatorData": encoded(data),
            "signature": encoded(Array(signature.derRepresentation)), "userHandle": user.map(encoded) ?? .null,
        ])
    }

    private func authenticatorData(flags: UInt8) -> [UInt8] {
        Array(SHA256.hash(data: Array("localhost".utf8))) + [flags]
            + (0..<4).reversed().map { UInt8(truncatingIfNeeded: signCount >> (8 * $0)) }
    }

    private func clientData(_ type: String, _ challenge: JSON) -> [UInt8] {
        let data: JSON = [
            "type": .string(type), "challenge": challenge, "origin": .string(origin), "crossOrigin": false,
        ]
        return data.encoded()
    }

    private func answer(_ response: JSON) -> [UInt8] {
        let id = encoded(credentialID)
        let answer: JSON = ["id": id, "rawId": id, "type": "public-key", "response": response]
        return answer.encoded()
    }

    private func encoded(_ bytes: [UInt8]) -> JSON { .string(Base64URL.encode(bytes)) }
}
