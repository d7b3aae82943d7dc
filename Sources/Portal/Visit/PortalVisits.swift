package import Foundation
import OAuth
import WireFormats

/// Visits of people who come for a credential: from the choice through the provider to a credential in hand.
package struct PortalVisits: Sendable {
    /// How long a person has for the login, and then for taking the credential away.
    package static let lifetime: TimeInterval = 600
    /// How long the provider and the issuer have, all their answers together.
    private static let patience: TimeInterval = 180
    private static let maximumAnswerBytes = 16 << 10
    /// With all its claims twice, once signed and once as they are shown.
    private static let maximumVisitBytes = 4 << 20

    package let catalogue: any PortalCatalogue
    let issuance: any PortalIssuance
    let offers: (any PortalOffers)?
    let store: any PortalVisitStore
    let now: @Sendable () -> Date

    /// - Parameter offers: nil if credentials are not put into wallets.
    package init(
        catalogue: any PortalCatalogue, issuance: any PortalIssuance, offers: (any PortalOffers)?,
        store: any PortalVisitStore, now: @escaping @Sendable () -> Date
    ) {
        self.catalogue = catalogue
        self.issuance = issuance
        self.offers = offers
        self.store = store
        self.now = now
    }

    /// A browser on its way to the provider.
    package struct Departure: Sendable {
        /// What the browser is sent to.
        package let address: String
        /// What it is known by from here on.
        package let secret: VisitSecret
    }

    /// - Parameters:
    ///   - secret: what the browser was known by. Whatever it had under way is forgotten, and somebody who has made it
    ///     use a secret of theirs knows nothing of what follows.
    ///   - language: the tag that the person chose on our pages, for their return.
    package func begin(
        _ credentialID: String, leaving secret: VisitSecret, language: String?
    ) async throws -> Departure {
        let credentials = try await catalogue.credentials()
        guard let credential = credentials.first(where: { $0.id.hasSameBytes(as: credentialID) }) else {
            throw PortalRefusal.unknownCredential
        }
        let issuance = try await issuance.begin(credential)
        let fresh = VisitSecret()
        let begun = BegunVisit(credential: credential, issuance: issuance, language: language)
        try await store.delete(secret.visitID)
        try await store.insert(try seal(.begun(begun), with: fresh, until: now().addingTimeInterval(Self.lifetime)))
        return Departure(address: issuance.address, secret: fresh)
    }

    /// The provider's answer, RFC 6749 §4.1.2: good once, and only in the browser that was sent there.
    ///
    /// - Parameter query: undecoded.
    /// - Returns: the language that the person had chosen.
    package func arrive(with query: some StringProtocol, _ secret: VisitSecret?) async throws -> String? {
        guard let secret, let old = try await store.visit(secret.visitID, at: now()),
            case .begun(let begun) = open(old, with: secret), Self.isAnswer(query, to: begun.issuance)
        else { throw PortalRefusal.over }
        let making = try seal(.making, with: secret, until: now().addingTimeInterval(Self.patience))
        guard try await store.replace(old, with: making) else { throw PortalRefusal.over }
        do {
            let held = try await receive(begun, query: String(query))
            let received = try seal(.received(held), with: secret, until: held.keptUntil)
            guard try await store.replace(making, with: received) else { throw PortalRefusal.over }
            return begun.language
        } catch {
            try await store.delete(secret.visitID)
            throw error
        }
    }

    /// A callback with another state was not caused by this visit, so it must not end it either (RFC 9700 §4.7).
    private static func isAnswer(_ query: some StringProtocol, to issuance: BegunIssuance) -> Bool {
        guard query.utf8.count <= maximumAnswerBytes, let form = try? FormParameters(parsing: query),
            let state = form["state"]
        else { return false }
        return constantTimeEqual(Array(state.utf8), Array(issuance.state.utf8))
    }

    private func receive(_ begun: BegunVisit, query: String) async throws -> HeldCredential {
        let credential = try await issuance.finish(begun.issuance.record, answer: query)
        var isOffered = false
        if credential.access != nil, let offers { isOffered = await offers.areMade() }
        let instant = now()
        return HeldCredential(
            described: begun.credential, credential: credential, receivedAt: instant,
            keptUntil: instant.addingTimeInterval(Self.lifetime), isOffered: isOffered)
    }

    /// Leaves nothing of what a browser had.
    package func forget(_ secret: VisitSecret) async throws {
        try await store.delete(secret.visitID)
    }

    func seal(_ state: VisitState, with secret: VisitSecret, until end: Date) throws(PortalRefusal) -> SealedVisit {
        let encoded = state.encoded
        guard encoded.count <= Self.maximumVisitBytes else { throw .issuer(reason: "the credential is too large") }
        return SealedVisit(id: secret.visitID, sealed: secret.seal(encoded), expiresAt: end)
    }

    func open(_ visit: SealedVisit, with secret: VisitSecret) -> VisitState? {
        secret.open(visit.sealed).flatMap(VisitState.init(parsing:))
    }
}
