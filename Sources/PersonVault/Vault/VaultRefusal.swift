import HTTPTypes
package import OAuth

/// Why a vault is not made, opened or changed.
package enum VaultRefusal: Refusal, Equatable {
    /// A member of the message, by its path, and what is wrong with it.
    case malformed(String, String)
    case noVault
    case exists
    /// The password or recovery code is not that of the vault.
    case wrong
    case tooManyAttempts(retryAfter: Int)
    case unknownWay
    case tooFewWays
    case tooManyWays
    case tooManyKeys
    /// The change is not by the person's signing key, or not about this vault.
    case change(JWTFault)
    /// The vault has been changed since it was read.
    case stale
    case unknownDeposit

    package var wire: WireRefusal {
        switch self {
        case .malformed(let path, let problem): WireRefusal(.badRequest, "invalid_request", path + ": " + problem)
        case .noVault: WireRefusal(.notFound, "no_vault", "There is no vault yet")
        case .exists: WireRefusal(.conflict, "vault_exists", "There is a vault already")
        case .wrong: WireRefusal(.forbidden, "wrong_verifier", "The verifier is wrong")
        case .tooManyAttempts(let seconds):
            WireRefusal(.tooManyRequests, "too_many_attempts", "Too many wrong answers; try again later")
                .with(.retryAfter, String(seconds))
        case .unknownWay: WireRefusal(.notFound, "unknown_way", "The vault has no such way in")
        case .tooFewWays:
            WireRefusal(.conflict, "too_few_ways", "A vault has at least \(Vault.minimumWays) ways in")
        case .tooManyWays:
            WireRefusal(.conflict, "too_many_ways", "A vault has at most \(Vault.maximumWays) ways in")
        case .tooManyKeys:
            WireRefusal(.conflict, "too_many_keys", "The keys have been replaced as often as they can be")
        case .change(let fault):
            WireRefusal(.forbidden, "invalid_change", "The signed change is not acceptable: " + fault.sentence)
        case .stale: WireRefusal(.conflict, "stale_change", "The vault has been changed since; read it again")
        case .unknownDeposit: WireRefusal(.notFound, "unknown_deposit", "There is no such deposit")
        }
    }

    package var reason: String { wire.description }
}
