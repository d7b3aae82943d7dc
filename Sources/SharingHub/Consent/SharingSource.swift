package import DataSharing

/// What is known of organizations, scopes and people when data is to be shared.
package protocol SharingSource: Sendable {
    func organization(_ id: OrganizationID) async throws -> Organization?

    /// The newest version.
    func definition(_ scope: ScopeName) async throws -> ScopeDefinition?

    /// What markets have pushed about the person for these scopes and nothing newer has replaced, one at most for each.
    func holdings(of person: String, scopes: [ScopeName]) async throws -> [SharedHolding]

    /// Nil while the person has no vault.
    func keys(of person: String) async throws -> KnownPersonKeys?

    /// What an organization calls the person.
    func subject(of person: String, at organization: Organization) async throws -> String
}

/// The keys of a person, with what leads to them.
package struct KnownPersonKeys: Sendable {
    package let current: PersonKeyPair
    /// Key statements, oldest first.
    package let statements: [String]

    package init(current: PersonKeyPair, statements: [String]) {
        (self.current, self.statements) = (current, statements)
    }
}

/// What a market has pushed about a person for one scope.
package struct SharedHolding: Sendable {
    package let id: String
    package let scope: ScopeName
    package let definition: ScopeDefinition
    package let shape: Shape
    package let ledger: LedgerReference
    package let content: Content

    package enum Content: Sendable {
        case digest(hash: MessageHash)
        /// The JWE that only the person opens, and what the market says of its shape.
        case deposit(jwe: String, shapeSignature: String)
    }

    package init(
        id: String, scope: ScopeName, definition: ScopeDefinition, shape: Shape, ledger: LedgerReference,
        content: Content
    ) {
        self.id = id
        self.scope = scope
        self.definition = definition
        self.shape = shape
        self.ledger = ledger
        self.content = content
    }

    /// What an approval says of it.
    package var basis: ConsentApproval.Basis {
        switch content {
        case .digest(let hash): .digest(hash: hash, index: ledger.index)
        case .deposit(let jwe, _): .deposit(jweHash: MessageHash(of: jwe))
        }
    }
}
