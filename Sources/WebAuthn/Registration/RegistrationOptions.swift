package import WireFormats

/// The account that a passkey is made for, WebAuthn Level 3 §5.4.3 (#dictionary-user-credential-params).
package struct PasskeyUser: Sendable {
    package let handle: UserHandle
    /// What tells the person's accounts apart, such as the login name.
    package let name: String
    /// What the person is called; may be empty.
    package let displayName: String

    package init(handle: UserHandle, name: String, displayName: String) {
        (self.handle, self.name, self.displayName) = (handle, name, displayName)
    }
}

/// Options for `navigator.credentials.create()`, WebAuthn Level 3 §5.4 (#dictionary-makecredentialoptions): a
/// discoverable credential with user verification, without attestation.
package struct RegistrationOptions: Sendable {
    package let relyingParty: RelyingParty
    package let user: PasskeyUser
    package let challenge: CeremonyChallenge
    /// The account's credentials: no authenticator gets a second one.
    package let excludeCredentials: [CredentialDescriptor]
    /// How long the browser waits; whole milliseconds on the wire.
    package let timeout: Duration
    package let hints: [AuthenticatorHint]

    /// - Parameter timeout: five minutes is §15.1's (#sctn-timeout-recommended-range) recommendation.
    package init(
        relyingParty: RelyingParty, user: PasskeyUser, challenge: CeremonyChallenge,
        excludeCredentials: [CredentialDescriptor], timeout: Duration = .seconds(300), hints: [AuthenticatorHint] = []
    ) {
        (self.relyingParty, self.user, self.challenge) = (relyingParty, user, challenge)
        (self.excludeCredentials, self.timeout, self.hints) = (excludeCredentials, timeout, hints)
    }

    /// What `PublicKeyCredential.parseCreationOptionsFromJSON()` takes, §5.1 (#sctn-parseCreationOptionsFromJSON).
    package var json: JSON {
        [
            "rp": ["id": .string(relyingParty.id), "name": .string(relyingParty.name)],
            "user": [
                "id": .string(Base64URL.encode(user.handle.bytes)), "name": .string(user.name),
                "displayName": .string(user.displayName),
            ],
            "challenge": .string(Base64URL.encode(challenge.bytes)),
            "pubKeyCredParams": .array(
                CredentialAlgorithm.allCases.map { ["type": "public-key", "alg": .integer($0.rawValue)] }),
            "timeout": .integer(timeout.wholeMilliseconds),
            "excludeCredentials": .array(excludeCredentials.map(\.json)),
            "authenticatorSelection": [
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
            ],
            "hints": .array(hints.map { .string($0.rawValue) }),
            "attestation": "none",
        ]
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
