import WireFormats

/// The members that both ceremonies' answers have: what `PublicKeyCredential.toJSON()` gives, WebAuthn Level 3 §5.1
/// (#iface-pkcredential). Nothing of it is verified.
struct CredentialAnswer {
    /// Attestation statements with several certificates stay far below.
    static let maximumBytes = 64 * 1024

    let credentialID: CredentialID
    private let response: JSONObject

    init(parsing bytes: [UInt8]) throws(WebAuthnRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge("answer") }
        guard let object = (try? JSON(parsing: bytes, limits: JSONLimits(depth: 16, values: 1000)))?.object else {
            throw .notJSONObject
        }
        guard object["type"] == "public-key" else { throw .malformedMember("type") }
        guard let text = object["rawId"]?.string, let id = (try? Base64URL.decode(text)).flatMap(CredentialID.init)
        else { throw .malformedMember("rawId") }
        guard let name = object["id"]?.string, name.hasSameBytes(as: text) else { throw .malformedMember("id") }
        guard let response = object["response"]?.object else { throw .malformedMember("response") }
        (credentialID, self.response) = (id, response)
    }

    /// The bytes of a member of `response`.
    func bytes(_ name: String, atMost limit: Int) throws(WebAuthnRefusal) -> [UInt8] {
        guard let text = response[name]?.string, let bytes = try? Base64URL.decode(text) else {
            throw .malformedMember(name)
        }
        guard bytes.count <= limit else { throw .tooLarge(name) }
        return bytes
    }

    func clientDataJSON() throws(WebAuthnRefusal) -> [UInt8] {
        try bytes("clientDataJSON", atMost: 8 * 1024)
    }

    /// The account that the authenticator keeps the credential for; some clients write null for none.
    func userHandle() throws(WebAuthnRefusal) -> UserHandle? {
        guard let value = response["userHandle"], value != .null else { return nil }
        guard let text = value.string, let handle = (try? Base64URL.decode(text)).flatMap(UserHandle.init) else {
            throw .malformedMember("userHandle")
        }
        return handle
    }

    /// How the authenticator can be reached, §5.8.4 (#enum-transport): unknown values are kept for newer clients.
    func transports() throws(WebAuthnRefusal) -> [String] {
        guard let value = response["transports"] else { return [] }
        guard let elements = value.array, elements.count <= 16 else { throw .malformedMember("transports") }
        var transports: [String] = []
        for element in elements {
            guard let text = element.string, (1...32).contains(text.utf8.count), text.utf8.allSatisfy(Self.isNameByte)
            else { throw .malformedMember("transports") }
            transports.append(text)
        }
        return transports
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }
}
