/// What an account keeps of a credential, WebAuthn Level 3 §4 (#credential-record).
package struct StoredCredential: Sendable, Equatable {
    package let id: CredentialID
    package let userHandle: UserHandle
    package let publicKey: CredentialPublicKey
    /// Of the latest accepted answer.
    package let signCount: UInt32
    package let isBackupEligible: Bool

    package init(
        id: CredentialID, userHandle: UserHandle, publicKey: CredentialPublicKey, signCount: UInt32,
        isBackupEligible: Bool
    ) {
        (self.id, self.userHandle, self.publicKey) = (id, userHandle, publicKey)
        (self.signCount, self.isBackupEligible) = (signCount, isBackupEligible)
    }

    package init(_ registration: VerifiedRegistration, of userHandle: UserHandle) {
        self.init(
            id: registration.credentialID, userHandle: userHandle, publicKey: registration.publicKey,
            signCount: registration.signCount, isBackupEligible: registration.isBackupEligible)
    }
}
