package import Foundation
package import OAuth
package import WireFormats

/// What markets have deposited for people, sealed to them, and what they have said that they hold about people: kept by
/// the hub of data sharing.
package protocol DepositsOfPerson: Sendable {
    /// Newest first, at most 500.
    func deposits(of person: String) async throws -> [PersonDeposit]

    /// Nil if it is not the person's.
    func deposit(_ id: String, of person: String) async throws -> SealedDeposit?

    /// Erases it; false if it is not the person's.
    func erase(_ id: String, of person: String, at instant: Date) async throws -> Bool

    /// What markets hold about the person: newest first, at most 500.
    func digests(of person: String) async throws -> [PersonDigest]
}

/// A deposit as it is listed.
package struct PersonDeposit: Sendable, Equatable {
    /// Of base64url characters, at most 64.
    package let id: String
    package let scope: String
    package let version: Int64
    /// How the scope is called.
    package let name: LocalizedText
    package let market: LocalizedText
    package let depositedAt: Date
    /// `kid` of the encryption key that it is sealed to.
    package let keyID: String

    package init(
        id: String, scope: String, version: Int64, name: LocalizedText, market: LocalizedText, depositedAt: Date,
        keyID: String
    ) {
        self.id = id
        self.scope = scope
        self.version = version
        self.name = name
        self.market = market
        self.depositedAt = depositedAt
        self.keyID = keyID
    }
}

/// A deposit with what the person's browser needs to open and check it.
package struct SealedDeposit: Sendable {
    package let scope: String
    package let version: Int64
    package let jwe: String
    package let shapeSignature: String
    /// The definition of that version, as stored.
    package let definition: JSON
    /// `{"id", "name", "uri", "keys": {"keys": […]}}`, as on consent pages.
    package let market: JSON

    package init(
        scope: String, version: Int64, jwe: String, shapeSignature: String, definition: JSON, market: JSON
    ) {
        self.scope = scope
        self.version = version
        self.jwe = jwe
        self.shapeSignature = shapeSignature
        self.definition = definition
        self.market = market
    }
}

/// What a market says that it holds about a person, without the values.
package struct PersonDigest: Sendable, Equatable {
    package let scope: String
    package let name: LocalizedText
    package let market: LocalizedText
    package let claims: [LocalizedText]
    package let pushedAt: Date

    package init(
        scope: String, name: LocalizedText, market: LocalizedText, claims: [LocalizedText], pushedAt: Date
    ) {
        self.scope = scope
        self.name = name
        self.market = market
        self.claims = claims
        self.pushedAt = pushedAt
    }
}

/// Where no data is shared.
package struct NoDeposits: DepositsOfPerson {
    package init() {}

    package func deposits(of person: String) async throws -> [PersonDeposit] { [] }
    package func deposit(_ id: String, of person: String) async throws -> SealedDeposit? { nil }
    package func erase(_ id: String, of person: String, at instant: Date) async throws -> Bool { false }
    package func digests(of person: String) async throws -> [PersonDigest] { [] }
}
