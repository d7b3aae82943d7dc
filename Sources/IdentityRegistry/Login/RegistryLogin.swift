import Foundation
package import PersonAuthentication

/// Checks who people are by what the identity registry knows of them.
///
/// People who do not exist cost the same work as those who do: each step is done for nobody too.
package struct RegistryLogin: LoginVerification {
    let settings: LoginSettings
    let source: any IdentitySource
    let secrets: SecretChecks
    let limiter: AttemptLimiter
    let codes: OneTimeCodes
    let passkeys: PasskeyChecks?
    private let report: @Sendable (SourceUnavailable) -> Void

    /// Who compares passwords and PINs.
    package enum SecretChecks: Sendable {
        case stored(any SecretStore, SecretHasher)
        case source(any SecretCheckingSource)
    }

    /// - Parameters:
    ///   - passkeys: nil where no passkeys can be: under an IP address, say.
    ///   - report: told when the source does not answer.
    package init(
        settings: LoginSettings, source: any IdentitySource, secrets: SecretChecks, limiter: AttemptLimiter,
        codes: OneTimeCodes, passkeys: PasskeyChecks?, report: @escaping @Sendable (SourceUnavailable) -> Void
    ) {
        self.settings = settings
        self.source = source
        self.secrets = secrets
        self.limiter = limiter
        self.codes = codes
        self.passkeys = passkeys
        self.report = report
    }

    package func verify(
        _ attempt: LoginAttempt, under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        try await answering {
            switch attempt {
            case .knowledge(let facts): try await verify(facts: facts, under: circumstances)
            case .password(let username, let password):
                try await verify(password, .password, of: username, under: circumstances)
            case .pin(let username, let pin): try await verify(pin, .pin, of: username, under: circumstances)
            case .code(let sent, let code): try await verify(code: code, sent: sent, under: circumstances)
            case .passkey(let answer, let challenge):
                try await verify(passkey: answer, challenge: challenge, under: circumstances)
            }
        }
    }

    package func sendCode(
        by method: LoginMethod, to recipient: CodeRecipient, under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        try await answering { try await send(by: method, to: recipient, under: circumstances) }
    }

    private func answering(
        _ work: () async throws -> Result<String, LoginRefusal>
    ) async throws -> Result<String, LoginRefusal> {
        do {
            return try await work()
        } catch let failure as SourceUnavailable {
            report(failure)
            return .failure(.unavailable)
        } catch is HashingBusy {
            return .failure(.unavailable)
        }
    }
}
