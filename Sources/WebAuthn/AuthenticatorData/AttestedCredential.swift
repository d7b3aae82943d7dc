/// Attested credential data, WebAuthn Level 3 §6.5.1 (#sctn-attested-credential-data).
struct AttestedCredential {
    /// Which model of authenticator it says it is: 16 bytes, zeros for none.
    let aaguid: [UInt8]
    let id: CredentialID
    let publicKey: CredentialPublicKey

    /// - Parameter position: where the data begins; afterwards, where it ends.
    init(parsing bytes: [UInt8], at position: inout Int) throws(WebAuthnRefusal) {
        guard bytes.count - position >= 18 else { throw .malformedAuthenticatorData }
        aaguid = Array(bytes[position..<(position + 16)])
        let idLength = Int(bytes[position + 16]) << 8 | Int(bytes[position + 17])
        let keyStart = position + 18 + idLength
        guard keyStart < bytes.count, let id = CredentialID(Array(bytes[(position + 18)..<keyStart])) else {
            throw .malformedAuthenticatorData
        }
        self.id = id
        // The key describes its own length.
        var reader = CBORReader(bytes, from: keyStart)
        guard (try? reader.readItem()) != nil else { throw .malformedKey }
        publicKey = try CredentialPublicKey(coseKey: Array(bytes[keyStart..<reader.position]))
        position = reader.position
    }
}
