package import DataSharing
package import Foundation
package import OAuth

/// What the hub has about one person in one scope: a digest, or a deposit.
package struct Holding: Sendable {
    package let id: TicketID
    package let scope: ScopeName
    package let version: Int
    /// The person's subject at the market.
    package let subject: String
    package let shape: Shape
    package let content: Content
    package let place: LoggedPlace
    package let receivedAt: Date
    /// From when on it is not to be offered any more.
    package let expiresAt: Date?

    package enum Content: Sendable {
        /// The market keeps the values: the SD-JWT without disclosures, with its `~`, and the hash that names it.
        case digest(sdJWT: String, hash: [UInt8])
        case deposit(Deposit)
    }

    /// What only the person can open.
    package struct Deposit: Sendable {
        package let jwe: String
        /// SHA-256 of the compact JWE.
        package let hash: [UInt8]
        package let shapeSignature: String
        /// `kid` of the key that it is encrypted to.
        package let keyID: String

        package init(jwe: String, hash: [UInt8], shapeSignature: String, keyID: String) {
            self.jwe = jwe
            self.hash = hash
            self.shapeSignature = shapeSignature
            self.keyID = keyID
        }
    }

    package init(
        id: TicketID, scope: ScopeName, version: Int, subject: String, shape: Shape, content: Content,
        place: LoggedPlace, receivedAt: Date, expiresAt: Date?
    ) {
        self.id = id
        self.scope = scope
        self.version = version
        self.subject = subject
        self.shape = shape
        self.content = content
        self.place = place
        self.receivedAt = receivedAt
        self.expiresAt = expiresAt
    }

    package var heldBy: ScopeDefinition.Holder {
        switch content {
        case .digest: .market
        case .deposit: .person
        }
    }

    /// What the ledger's commitment is to.
    package var hash: [UInt8] {
        switch content {
        case .digest(_, let hash): hash
        case .deposit(let deposit): deposit.hash
        }
    }
}

/// Holdings, read for consent and for the person's own page.
package protocol HoldingReading: Sendable {
    /// What there is of some scopes about a person, if it has not expired.
    ///
    /// - Parameter person: a registry id.
    func holdings(of person: String, scopes: [ScopeName], at instant: Date) async throws -> [Holding]

    /// Everything there is about a person, in the order of scopes.
    func holdings(of person: String) async throws -> [Holding]
}

/// A holding together with its place in the ledger, where it has one by now.
package struct HoldingReader: Sendable {
    let store: any HoldingReading
    let ledger: any LedgerPlaces

    package init(store: any HoldingReading, ledger: any LedgerPlaces) {
        self.store = store
        self.ledger = ledger
    }

    package func holdings(
        of person: String, scopes: [ScopeName], at instant: Date
    ) async throws -> [(holding: Holding, ledger: PushedPlace)] {
        try await located(try await store.holdings(of: person, scopes: scopes, at: instant))
    }

    package func holdings(of person: String) async throws -> [(holding: Holding, ledger: PushedPlace)] {
        try await located(try await store.holdings(of: person))
    }

    private func located(_ holdings: [Holding]) async throws -> [(holding: Holding, ledger: PushedPlace)] {
        Array(zip(holdings, try await ledger.references(to: holdings.map(\.place))))
    }
}
