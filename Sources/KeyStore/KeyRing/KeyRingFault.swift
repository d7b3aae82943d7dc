package import Foundation

/// Why the keys cannot be opened or used.
package enum KeyRingFault: Error, Equatable {
    /// Sealed with another key-encryption key, or altered in the database.
    case sealedByAnotherKey(KeyPurpose, generation: Int)
    /// Opened, but it is not a key of its algorithm.
    case malformedKey(KeyPurpose, generation: Int)
    /// The certificate is missing or unreadable, or certifies another key.
    case certificateMismatch(KeyPurpose, generation: Int)
    /// A certificate that the operator brought has expired; only the operator can bring the next.
    case certificateExpired(keyID: String, on: Date)
    case noUsableSigningKey(at: Date)
    /// Records that were just added are not there.
    case recordsLost
    /// Another process has added or replaced keys in the meantime.
    case recordsChanged
}

extension KeyRingFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sealedByAnotherKey(let purpose, let generation):
            "The \(purpose.rawValue) key, generation \(generation), does not open with this key-encryption key. "
                + "Either the key-encryption key is another installation's, or it was changed without "
                + "`vouchsafe keys reseal`, or the record has been altered."
        case .malformedKey(let purpose, let generation):
            "The \(purpose.rawValue) key, generation \(generation), is not a key of its algorithm."
        case .certificateMismatch(let purpose, let generation):
            "The \(purpose.rawValue) key, generation \(generation), has no readable certificate of its own."
        case .certificateExpired(let keyID, let date):
            "The certificate of signing key \(keyID) expired on \(date.formatted(.iso8601)). Import a new one."
        case .noUsableSigningKey(let date):
            "At \(date.formatted(.iso8601)) no signing key is active with a valid certificate for this issuer. "
                + "Check the clock, or rotate the signing keys."
        case .recordsChanged: "Another process has changed the keys in the meantime. Stop it, and try again."
        case .recordsLost: "The key store does not return the keys that were added to it."
        }
    }
}
