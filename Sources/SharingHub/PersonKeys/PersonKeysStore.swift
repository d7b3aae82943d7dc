package import WireFormats

/// The public keys that a person has made in their browser.
package struct PersonKeysRecord: Sendable {
    /// The JWK of the key that is encrypted to, with `kid`.
    package let encryption: JSONObject
    /// The JWK of the key that signs, with `kid`.
    package let signing: JSONObject
    /// Compact key statements, the oldest first.
    package let statements: [String]
    /// Where the ledger has the keys.
    package let place: LoggedPlace

    package init(encryption: JSONObject, signing: JSONObject, statements: [String], place: LoggedPlace) {
        self.encryption = encryption
        self.signing = signing
        self.statements = statements
        self.place = place
    }

    /// `kid` of the key that is encrypted to.
    package var encryptionKeyID: String { encryption["kid"]?.string ?? "" }
}

/// Where the public keys of people are.
package protocol PersonKeysStore: Sendable {
    /// - Parameter person: a registry id.
    /// - Returns: nil if the person has made none.
    func keys(of person: String) async throws -> PersonKeysRecord?
}
