/// How much the relying party wants the authenticator to verify who uses it, WebAuthn Level 3 §5.8.6
/// (#enum-userVerificationRequirement).
package enum UserVerificationRequirement: String, Sendable {
    /// With a PIN or a biometric characteristic; an answer without is refused.
    case required
    case preferred
    case discouraged
}

/// What kind of authenticator a browser should suggest first, WebAuthn Level 3 §5.8.8 (#enum-hints).
package enum AuthenticatorHint: String, Sendable {
    case securityKey = "security-key"
    case clientDevice = "client-device"
    case hybrid
}
