/// Why an answer of an authenticator is not accepted, WebAuthn Level 3 §7 (#sctn-rp-operations).
package enum WebAuthnRefusal: Error, Equatable {
    /// The whole answer, or the named member of it, is longer than any honest one.
    case tooLarge(String)
    /// The answer is no JSON object.
    case notJSONObject
    /// The named member of the answer is missing or malformed.
    case malformedMember(String)
    case malformedClientData
    /// The client collected its data for the other ceremony.
    case wrongCeremony
    case wrongChallenge
    case wrongOrigin
    /// The page stood in a frame of another origin.
    case crossOrigin
    case malformedAttestationObject(CBORMalformation)
    case attestationObjectNotMap
    /// The attestation object lacks the named member, or has it with another type.
    case attestationObjectMember(String)
    /// Attestation format `none` with a statement, §8.7 (#sctn-none-attestation).
    case unexpectedAttestationStatement
    case malformedAuthenticatorData
    case malformedExtensions(CBORMalformation)
    case wrongRelyingParty
    case userNotPresent
    case userNotVerified
    /// Backed up without being eligible for it.
    case inconsistentBackupFlags
    case missingAttestedCredential
    /// An assertion carries a new credential.
    case unexpectedAttestedCredential
    /// The identifier in the signed data is another one than the answer states.
    case credentialIDMismatch
    case malformedKey
    /// A type of key or an algorithm that was not offered.
    case unsupportedKey
    /// The assertion was made with another credential than the stored one.
    case otherCredential
    /// The account found is another user's, or the answer states another user handle.
    case otherUser
    /// Without a user known before, the answer has to name one.
    case missingUserHandle
    case backupEligibilityChanged
    case invalidSignature
    /// The counter did not grow: the authenticator may have been cloned, §6.1.1 (#sctn-sign-counter).
    case counterRegression(stored: UInt32, presented: UInt32)
}

extension WebAuthnRefusal {
    /// What an operator reads. Names the fact, without identifiers, keys or personal data.
    package var reason: String {
        switch self {
        case .tooLarge(let what): "\(what) is too large"
        case .notJSONObject: "the answer is no JSON object"
        case .malformedMember(let name): "\(name) is missing or malformed"
        case .malformedClientData: "the client data is malformed"
        case .wrongCeremony: "the client data is of another ceremony"
        case .wrongChallenge: "the challenge is another one"
        case .wrongOrigin: "the origin is not one of the relying party's"
        case .crossOrigin: "the page was framed by another origin"
        case .malformedAttestationObject(let fault): "the attestation object is malformed: \(fault)"
        case .attestationObjectNotMap: "the attestation object is no map"
        case .attestationObjectMember(let name): "\(name) of the attestation object is missing or malformed"
        case .unexpectedAttestationStatement: "attestation none has a statement"
        case .malformedAuthenticatorData: "the authenticator data is malformed"
        case .malformedExtensions(let fault): "the authenticator's extensions are malformed: \(fault)"
        case .wrongRelyingParty: "the credential is of another relying party"
        case .userNotPresent: "nobody was present"
        case .userNotVerified: "the authenticator did not verify the user"
        case .inconsistentBackupFlags: "the credential is backed up but not eligible for it"
        case .missingAttestedCredential: "there is no new credential"
        case .unexpectedAttestedCredential: "an assertion has a new credential"
        case .credentialIDMismatch: "the credential's identifier differs from the signed one"
        case .malformedKey: "the public key is malformed"
        case .unsupportedKey: "the public key is of a kind that was not offered"
        case .otherCredential: "the assertion is by another credential"
        case .otherUser: "the credential is another user's"
        case .missingUserHandle: "the answer names no user"
        case .backupEligibilityChanged: "the credential's eligibility for backup has changed"
        case .invalidSignature: "the signature is invalid"
        case .counterRegression(let stored, let presented): "the counter went from \(stored) to \(presented)"
        }
    }
}
