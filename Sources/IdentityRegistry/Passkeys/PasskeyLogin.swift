import PersonAuthentication
package import WebAuthn
import WireFormats

/// What passkeys are verified with.
package struct PasskeyChecks: Sendable {
    let store: any PasskeyStore
    let relyingParty: RelyingParty

    package init(store: any PasskeyStore, relyingParty: RelyingParty) {
        self.store = store
        self.relyingParty = relyingParty
    }
}

/// Somebody asks for passkeys where the operator offers none.
package struct PasskeysNotOffered: Error, Equatable {}

extension RegistryLogin {
    package func passkeyOptions(challenge: [UInt8], person: String?) async throws -> [UInt8] {
        guard settings.offersPasskeys, let passkeys, let challenge = CeremonyChallenge(challenge) else {
            throw PasskeysNotOffered()
        }
        let own = if let person { try await passkeys.store.passkeys(of: person) } else { [OwnedPasskey]() }
        return AssertionOptions(
            relyingParty: passkeys.relyingParty, challenge: challenge, allowCredentials: own.map(\.descriptor),
            userVerification: .required
        ).json.encoded()
    }

    func verify(
        passkey answer: [UInt8], challenge: [UInt8], under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        guard settings.offersPasskeys, let passkeys else { return .failure(.wrong) }
        return try await limiter.attempt(of: .nobody, under: circumstances) {
            guard let challenge = CeremonyChallenge(challenge),
                let assertion = try? UnverifiedAssertion(responseJSON: answer),
                let passkey = try await passkeys.store.passkey(assertion.credentialID)
            else { return .nobody }
            var user = ExpectedUser.discovered
            if let person = circumstances.person {
                guard let handle = try await passkeys.store.handle(of: person) else { return .nobody }
                user = .known(handle)
            }
            // To the person every refusal is the same one.
            guard
                let verified = try? VerifiedAssertion(
                    assertion, by: passkey.credential, user: user, challenge: challenge,
                    relyingParty: passkeys.relyingParty, userVerification: .required)
            else { return .nobody }
            let isNoted = try await passkeys.store.use(
                passkey.credential.id, replacing: passkey.credential.signCount, with: verified.signCount,
                at: circumstances.at)
            return isNoted ? .person(passkey.person) : .nobody
        }
    }
}
