package import WireFormats

/// A credential as options name it, WebAuthn Level 3 §5.8.3 (#dictionary-credential-descriptor).
package struct CredentialDescriptor: Sendable, Equatable {
    package let id: CredentialID
    /// As the registration reported them: they spare people dialogues for the wrong kind of authenticator.
    package let transports: [String]

    package init(id: CredentialID, transports: [String] = []) {
        (self.id, self.transports) = (id, transports)
    }

    package var json: JSON {
        var descriptor: JSONObject = ["type": "public-key", "id": .string(Base64URL.encode(id.bytes))]
        if !transports.isEmpty { descriptor["transports"] = .array(transports.map { .string($0) }) }
        return .object(descriptor)
    }
}
