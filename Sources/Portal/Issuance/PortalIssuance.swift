package import WireFormats

/// Gets credentials for people: the client's side of the authorization code flow, OpenID4VCI 1.0 §3.4.
package protocol PortalIssuance: Sendable {
    /// Prepares the provider for a person who wants one credential. Nobody has logged in yet.
    func begin(_ credential: CatalogueCredential) async throws(PortalRefusal) -> BegunIssuance

    /// Takes the provider's answer: swaps its code for an access token, and that for the credential.
    ///
    /// - Parameters:
    ///   - record: of the ``BegunIssuance``. Used once.
    ///   - query: of the redirection, undecoded (RFC 6749 §4.1.2). That its `state` is right was checked.
    func finish(_ record: JSON, answer query: String) async throws(PortalRefusal) -> CredentialInHand
}

/// An issuance whose person is at the provider.
package struct BegunIssuance: Sendable, Equatable {
    /// What the browser is sent to.
    package let address: String
    /// `state` of the authorization request: ties the answer to this browser.
    package let state: String
    /// What ``PortalIssuance/finish(_:answer:)`` needs. A secret.
    package let record: JSON

    package init(address: String, state: String, record: JSON) {
        (self.address, self.state, self.record) = (address, state, record)
    }
}
