import JOSE

/// The identifier that an authenticator gave its credential, WebAuthn Level 3 §4 (#credential-id).
package struct CredentialID: Sendable, Hashable {
    /// At least 16 bytes by its definition, at most 1023 by §6.5.1 (#sctn-attested-credential-data).
    package static let validLengths = 16...1023

    package let bytes: [UInt8]

    /// Nil if the length is not valid.
    package init?(_ bytes: [UInt8]) {
        guard Self.validLengths.contains(bytes.count) else { return nil }
        self.bytes = bytes
    }
}

/// The relying party's identifier of an account, without personal data, WebAuthn Level 3 §4 (#user-handle).
package struct UserHandle: Sendable, Hashable {
    package static let validLengths = 1...64

    package let bytes: [UInt8]

    /// Nil if the length is not valid.
    package init?(_ bytes: [UInt8]) {
        guard Self.validLengths.contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    private init(fresh: Void) { bytes = secureRandomBytes(32) }

    package static func random() -> UserHandle { UserHandle(fresh: ()) }
}
