package import DataSharing
package import HubClient
package import JOSE

/// A service provider: its OAuth client, and the key that data is encrypted to.
package struct ProviderIdentity: Sendable {
    package let client: OrganizationIdentity
    package let decryptionKey: JWEPrivateKey
    package let encryptionKey: PublicEncryptionKey

    package init(
        client: OrganizationIdentity, decryptionKey: JWEPrivateKey, encryptionKey: PublicEncryptionKey
    ) {
        self.client = client
        self.decryptionKey = decryptionKey
        self.encryptionKey = encryptionKey
    }
}

/// What is asked for.
package struct SharingOrder: Sendable, Equatable {
    /// One or more, each scope once.
    package let scopes: [Scope]

    package struct Scope: Sendable, Equatable {
        package let name: ScopeName
        package let claims: DataSharingDetail.Claims
        package let purpose: String?

        package init(_ name: ScopeName, claims: DataSharingDetail.Claims = .all, purpose: String? = nil) {
            (self.name, self.claims, self.purpose) = (name, claims, purpose)
        }
    }

    package init(_ scopes: [Scope]) { self.scopes = scopes }
}
