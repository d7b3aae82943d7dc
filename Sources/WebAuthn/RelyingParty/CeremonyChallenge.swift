import Crypto
import JOSE

/// The random bytes that one ceremony's answer has to contain, WebAuthn Level 3 §13.4.3 (#sctn-cryptographic-challenges).
///
/// For one ceremony only: whoever keeps it between question and answer spends it with the answer.
package struct CeremonyChallenge: Sendable {
    /// §13.4.3: fewer could be guessed.
    private static let minimumBytes = 16

    package let bytes: [UInt8]

    /// Nil if there are too few bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.minimumBytes else { return nil }
        self.bytes = bytes
    }

    private init(fresh: Void) { bytes = secureRandomBytes(32) }

    package static func random() -> CeremonyChallenge { CeremonyChallenge(fresh: ()) }

    /// In a time that does not depend on where the bytes differ: equality of digests is that in Crypto.
    func matches(_ presented: [UInt8]) -> Bool {
        SHA256.hash(data: bytes) == SHA256.hash(data: presented)
    }
}
