package import WireFormats

/// Options for `navigator.credentials.get()`, WebAuthn Level 3 §5.5 (#dictionary-assertion-options).
package struct AssertionOptions: Sendable {
    package let relyingParty: RelyingParty
    package let challenge: CeremonyChallenge
    /// The account's credentials, or none if the person is to choose the account with the passkey.
    package let allowCredentials: [CredentialDescriptor]
    package let userVerification: UserVerificationRequirement
    /// How long the browser waits; whole milliseconds on the wire.
    package let timeout: Duration
    package let hints: [AuthenticatorHint]

    /// - Parameter timeout: five minutes is §15.1's (#sctn-timeout-recommended-range) recommendation.
    package init(
        relyingParty: RelyingParty, challenge: CeremonyChallenge, allowCredentials: [CredentialDescriptor],
        userVerification: UserVerificationRequirement, timeout: Duration = .seconds(300),
        hints: [AuthenticatorHint] = []
    ) {
        (self.relyingParty, self.challenge, self.allowCredentials) = (relyingParty, challenge, allowCredentials)
        (self.userVerification, self.timeout, self.hints) = (userVerification, timeout, hints)
    }

    /// What `PublicKeyCredential.parseRequestOptionsFromJSON()` takes, §5.1 (#sctn-parseRequestOptionsFromJSON).
    package var json: JSON {
        [
            "challenge": .string(Base64URL.encode(challenge.bytes)),
            "timeout": .integer(timeout.wholeMilliseconds),
            "rpId": .string(relyingParty.id),
            "allowCredentials": .array(allowCredentials.map(\.json)),
            "userVerification": .string(userVerification.rawValue),
            "hints": .array(hints.map { .string($0.rawValue) }),
        ]
    }
}
