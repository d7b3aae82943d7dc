/// Who has to have answered, WebAuthn Level 3 §7.2 step 6.
package enum ExpectedUser: Sendable {
    /// Identified before, by a login name or a session.
    case known(UserHandle)
    /// Whoever the passkey is for: the answer has to name the account.
    case discovered
}

/// An assertion that the holder of a stored credential has made for this ceremony, WebAuthn Level 3 §7.2
/// (#sctn-verifying-assertion).
package struct VerifiedAssertion: Sendable {
    package let credentialID: CredentialID
    /// The account of the credential.
    package let userHandle: UserHandle
    /// To be stored in place of the old one.
    package let signCount: UInt32
    /// Whether the authenticator verified who used it.
    package let userVerified: Bool
    package let isBackedUp: Bool

    /// - Parameter credential: the one that ``UnverifiedAssertion/credentialID`` names.
    package init(
        _ assertion: UnverifiedAssertion, by credential: StoredCredential, user: ExpectedUser,
        challenge: CeremonyChallenge, relyingParty: RelyingParty, userVerification: UserVerificationRequirement
    ) throws(WebAuthnRefusal) {
        guard assertion.credentialID == credential.id else { throw .otherCredential }
        try Self.verify(user, of: assertion, by: credential)
        let clientData = try VerifiedClientData(
            verifying: assertion.clientDataJSON, of: .authentication, challenge: challenge, relyingParty: relyingParty)
        let data = try AuthenticatorData(parsing: assertion.authenticatorData)
        guard data.attestedCredential == nil else { throw .unexpectedAttestedCredential }
        try data.verify(for: relyingParty, userVerification: userVerification)
        guard data.flags.contains(.backupEligible) == credential.isBackupEligible else {
            throw .backupEligibilityChanged
        }
        let message = assertion.authenticatorData + clientData.hash
        guard credential.publicKey.isValidSignature(assertion.signature, for: message) else { throw .invalidSignature }
        // Step 22. The text leaves open what to do; a passkey that lives on several devices has no counter, so what
        // has one and does not grow is suspicious.
        guard data.signCount > credential.signCount || (data.signCount == 0 && credential.signCount == 0) else {
            throw .counterRegression(stored: credential.signCount, presented: data.signCount)
        }
        credentialID = credential.id
        userHandle = credential.userHandle
        signCount = data.signCount
        userVerified = data.flags.contains(.userVerified)
        isBackedUp = data.flags.contains(.backedUp)
    }

    private static func verify(
        _ user: ExpectedUser, of assertion: UnverifiedAssertion, by credential: StoredCredential
    ) throws(WebAuthnRefusal) {
        switch user {
        case .known(let handle):
            guard credential.userHandle == handle else { throw .otherUser }
        case .discovered:
            guard assertion.userHandle != nil else { throw .missingUserHandle }
        }
        guard assertion.userHandle ?? credential.userHandle == credential.userHandle else { throw .otherUser }
    }
}
