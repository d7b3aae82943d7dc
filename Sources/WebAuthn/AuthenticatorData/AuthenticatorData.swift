/// Authenticator data, WebAuthn Level 3 §6.1 (#sctn-authenticator-data). Only a signature makes it true.
struct AuthenticatorData {
    /// The first byte after the hash. Reserved bits are ignored, so that later versions may use them.
    struct Flags: OptionSet {
        let rawValue: UInt8

        static let userPresent = Flags(rawValue: 1 << 0)
        static let userVerified = Flags(rawValue: 1 << 2)
        static let backupEligible = Flags(rawValue: 1 << 3)
        static let backedUp = Flags(rawValue: 1 << 4)
        static let attestedCredential = Flags(rawValue: 1 << 6)
        static let extensions = Flags(rawValue: 1 << 7)
    }

    /// Hash, flags and counter.
    private static let headerBytes = 37

    let relyingPartyIDHash: [UInt8]
    let flags: Flags
    let signCount: UInt32
    let attestedCredential: AttestedCredential?

    /// Reads all of `bytes`: what the flags announce has to be there, and nothing else.
    init(parsing bytes: [UInt8]) throws(WebAuthnRefusal) {
        guard bytes.count >= Self.headerBytes else { throw .malformedAuthenticatorData }
        relyingPartyIDHash = Array(bytes[..<32])
        flags = Flags(rawValue: bytes[32])
        signCount = bytes[33..<37].reduce(0) { $0 << 8 | UInt32($1) }
        var position = Self.headerBytes
        if flags.contains(.attestedCredential) {
            attestedCredential = try AttestedCredential(parsing: bytes, at: &position)
        } else {
            attestedCredential = nil
        }
        if flags.contains(.extensions) { position = try Self.endOfExtensions(in: bytes, from: position) }
        guard position == bytes.count else { throw .malformedAuthenticatorData }
    }

    /// Extensions were not asked for, and authenticators may add them all the same (§7.1): read, not used.
    private static func endOfExtensions(in bytes: [UInt8], from position: Int) throws(WebAuthnRefusal) -> Int {
        var reader = CBORReader(bytes, from: position)
        let item: CBORItem
        do throws(CBORMalformation) {
            item = try reader.readItem()
        } catch {
            throw .malformedExtensions(error)
        }
        guard item.map != nil else { throw .malformedAuthenticatorData }
        return reader.position
    }

    /// WebAuthn Level 3 §7.1 steps 14 to 17 and §7.2 steps 15 to 18.
    func verify(
        for relyingParty: RelyingParty, userVerification: UserVerificationRequirement
    ) throws(WebAuthnRefusal) {
        guard relyingPartyIDHash == relyingParty.idHash else { throw .wrongRelyingParty }
        guard flags.contains(.userPresent) else { throw .userNotPresent }
        guard userVerification != .required || flags.contains(.userVerified) else { throw .userNotVerified }
        guard flags.contains(.backupEligible) || !flags.contains(.backedUp) else { throw .inconsistentBackupFlags }
    }
}
