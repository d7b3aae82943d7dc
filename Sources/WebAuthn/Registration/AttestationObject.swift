import WireFormats

/// An attestation object, WebAuthn Level 3 §6.5.4 (#sctn-generating-an-attestation-object).
///
/// Its statement is read but proves nothing here: no authenticator model is preferred to another.
struct AttestationObject {
    /// The statement's format, such as `none` or `packed`.
    let format: String
    let authenticatorData: AuthenticatorData

    /// Of a format identifier, §8.1 (#sctn-attstn-fmt-ids).
    private static let maximumFormatBytes = 32

    init(parsing bytes: [UInt8]) throws(WebAuthnRefusal) {
        let item: CBORItem
        do throws(CBORMalformation) {
            item = try CBORReader.item(in: bytes)
        } catch {
            throw .malformedAttestationObject(error)
        }
        guard let object = item.map else { throw .attestationObjectNotMap }
        guard let format = object["fmt"]?.text, (1...Self.maximumFormatBytes).contains(format.utf8.count) else {
            throw .attestationObjectMember("fmt")
        }
        switch object["attStmt"] {
        case .map(let statement)?:
            guard !format.hasSameBytes(as: "none") || statement.entries.isEmpty else {
                throw .unexpectedAttestationStatement
            }
        // Compound attestation, §8.9 (#sctn-compound-attestation).
        case .array?: break
        default: throw .attestationObjectMember("attStmt")
        }
        guard let data = object["authData"]?.bytes else { throw .attestationObjectMember("authData") }
        self.format = format
        authenticatorData = try AuthenticatorData(parsing: data)
    }
}
