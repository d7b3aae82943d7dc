package import Foundation
package import WebAuthn

/// Where passkeys are found when somebody logs in with one.
package protocol PasskeyStore: Sendable {
    func passkey(_ id: CredentialID) async throws -> OwnedPasskey?

    /// Notes that a passkey was used, unless its counter has moved since it was read: one atomic step.
    ///
    /// - Returns: whether it was noted. If not, another answer was faster, or the passkey is gone.
    func use(
        _ id: CredentialID, replacing old: UInt32, with new: UInt32, at instant: Date
    ) async throws -> Bool

    /// The passkeys of a person, the newest last.
    func passkeys(of person: String) async throws -> [OwnedPasskey]

    /// The handle that authenticators know a person by; nil if there is none yet.
    func handle(of person: String) async throws -> UserHandle?
}

/// Where people's passkeys are added and removed.
package protocol PasskeyRegistrationStore: PasskeyStore {
    /// Sets the handle of a person unless there is one; gives the one that is there then.
    func setHandle(_ proposed: UserHandle, of person: String) async throws -> UserHandle

    /// Adds a passkey unless it is known already, or its owner has so many: one atomic step.
    func insert(_ passkey: OwnedPasskey, limit: Int) async throws -> PasskeyInsertion

    /// Whether there was one.
    func remove(_ id: CredentialID, of person: String) async throws -> Bool
}

package enum PasskeyInsertion: Sendable, Equatable {
    case inserted
    /// Somebody has a passkey with this identifier.
    case known
    case tooMany
}

/// A passkey as it is kept.
package struct OwnedPasskey: Sendable, Equatable {
    package let person: String
    package let credential: StoredCredential
    /// How the browser said that the authenticator can be reached.
    package let transports: [String]
    /// What its owner calls it.
    package let name: String
    package let addedAt: Date
    package let lastUsedAt: Date?

    package init(
        person: String, credential: StoredCredential, transports: [String], name: String, addedAt: Date,
        lastUsedAt: Date?
    ) {
        self.person = person
        self.credential = credential
        self.transports = transports
        self.name = name
        self.addedAt = addedAt
        self.lastUsedAt = lastUsedAt
    }

    var descriptor: CredentialDescriptor { CredentialDescriptor(id: credential.id, transports: transports) }
}
