/// A new credential whose registration ceremony has been verified, WebAuthn Level 3 §7.1
/// (#sctn-registering-a-new-credential).
///
/// Whoever stores it still has to refuse an identifier that any account has already (step 26).
package struct VerifiedRegistration: Sendable {
    package let credentialID: CredentialID
    package let publicKey: CredentialPublicKey
    package let signCount: UInt32
    /// Whether the authenticator verified who used it.
    package let userVerified: Bool
    /// Whether the credential may live on several devices.
    package let isBackupEligible: Bool
    package let isBackedUp: Bool
    /// How the browser says that the authenticator can be reached.
    package let transports: [String]
    /// Which model of authenticator it says it is: 16 bytes, zeros for none. Nobody vouches for it.
    package let aaguid: [UInt8]
    /// The format of the attestation statement, which was not verified.
    package let attestationFormat: String

    /// - Parameter responseJSON: the answer of `navigator.credentials.create()` as `toJSON()` gives it.
    package init(
        responseJSON: [UInt8], challenge: CeremonyChallenge, relyingParty: RelyingParty,
        userVerification: UserVerificationRequirement
    ) throws(WebAuthnRefusal) {
        let answer = try CredentialAnswer(parsing: responseJSON)
        _ = try VerifiedClientData(
            verifying: try answer.clientDataJSON(), of: .registration, challenge: challenge,
            relyingParty: relyingParty)
        let object = try AttestationObject(
            parsing: try answer.bytes("attestationObject", atMost: CredentialAnswer.maximumBytes))
        let data = object.authenticatorData
        try data.verify(for: relyingParty, userVerification: userVerification)
        guard let credential = data.attestedCredential else { throw .missingAttestedCredential }
        guard credential.id == answer.credentialID else { throw .credentialIDMismatch }
        credentialID = credential.id
        publicKey = credential.publicKey
        aaguid = credential.aaguid
        signCount = data.signCount
        userVerified = data.flags.contains(.userVerified)
        isBackupEligible = data.flags.contains(.backupEligible)
        isBackedUp = data.flags.contains(.backedUp)
        transports = try answer.transports()
        attestationFormat = object.format
    }
}
