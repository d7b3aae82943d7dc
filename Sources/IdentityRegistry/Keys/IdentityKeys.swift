package import Crypto
import Foundation

/// The keys of the identity registry, each for one purpose, derived from one root.
package struct IdentityKeys: Sendable {
    /// Stands for usernames and facts in the index of people.
    let index: KeyedDigest
    /// Stands for people, clients and addresses in the table of attempts.
    let attempts: KeyedDigest
    /// What PINs are put through before they are hashed.
    let pepper: KeyedDigest
    /// Makes one-time codes' tickets, and stands for their codes.
    let codes: SymmetricKey
    /// Makes the challenges that new passkeys answer.
    let registrations: SymmetricKey

    package init(root: SymmetricKey) {
        func derive(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: root, info: Data(("identity registry\n" + purpose).utf8), outputByteCount: 32)
        }
        index = KeyedDigest(key: derive("index of people"))
        attempts = KeyedDigest(key: derive("attempts"))
        pepper = KeyedDigest(key: derive("pepper of PINs"))
        codes = derive("one-time codes")
        registrations = derive("passkey registrations")
    }
}

extension IdentityKeys: CustomStringConvertible, CustomReflectable {
    package var description: String { "IdentityKeys(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
