import Foundation
import PersonVault

/// What a person sees on `/account/vault`.
struct VaultPageModel: Sendable {
    let gate: VaultGate
    /// Nil until they have made one.
    let stored: StoredVault?
    let deposits: [PersonDeposit]
    let digests: [PersonDigest]
}
