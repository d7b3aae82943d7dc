import Crypto
package import DataSharing
package import Foundation
package import HTTPTypes
package import OAuth
import TransparencyLog
import WireFormats

/// Takes what markets push: `POST /sharing/digests` and `POST /sharing/deposits`, and erases it again.
package struct PushEndpoint: Sendable {
    /// How long an answer waits for the ledger.
    package static let ledgerWait = Duration.seconds(2)

    let access: MarketAccess
    let definitions: any DefinitionStore
    let store: any PushStore
    let links: any SubjectLinks
    let personKeys: any PersonKeysStore
    let ledger: any LedgerPlaces
    let now: @Sendable () -> Date

    package init(
        access: MarketAccess, definitions: any DefinitionStore, store: any PushStore, links: any SubjectLinks,
        personKeys: any PersonKeysStore, ledger: any LedgerPlaces, now: @escaping @Sendable () -> Date
    ) {
        self.access = access
        self.definitions = definitions
        self.store = store
        self.links = links
        self.personKeys = personKeys
        self.ledger = ledger
        self.now = now
    }

    /// Digests of data that the market keeps.
    package func takeDigests(_ request: EndpointRequest, path: String) async throws -> EndpointResponse {
        try await take(request, path: path) { market, instant in
            let pushed = try Self.parse { () throws(PathProblems) in try PushedDigest.parse(request.body) }
            let draft = try await PushDraft(pushed, of: market, definitions, store)
            let now = Int64(instant.timeIntervalSince1970)
            return try draft.holdings(at: instant) { digest, definition throws(PathProblems) in
                let verified = try VerifiedDigest(verifying: digest, of: market, against: definition, now: now)
                return PushDraft.Content(
                    content: .digest(sdJWT: digest.issuerSigned + "~", hash: verified.digestHash),
                    hash: verified.digestHash, signature: verified.signature,
                    expiresAt: digest.expiresAt.map { Date(timeIntervalSince1970: Double($0)) })
            }
        }
    }

    /// Values that only the person can read.
    package func takeDeposits(_ request: EndpointRequest, path: String) async throws -> EndpointResponse {
        try await take(request, path: path) { market, instant in
            let pushed = try Self.parse { () throws(PathProblems) in try PushedDeposit.parse(request.body) }
            let draft = try await PushDraft(pushed, of: market, definitions, store)
            let keys = try await encryptionKeys(of: pushed, at: market.id)
            let now = Int64(instant.timeIntervalSince1970)
            return try draft.holdings(at: instant) { deposit, definition throws(PathProblems) in
                guard let key = keys[deposit.subject] else {
                    throw PathProblems(deposit.path.member("subject").text, "the person has made no keys yet")
                }
                let verified = try VerifiedDeposit(
                    verifying: deposit, of: market, against: definition, encryptionKey: key, now: now)
                return PushDraft.Content(
                    content: .deposit(
                        Holding.Deposit(
                            jwe: deposit.jwe, hash: verified.sealedHash, shapeSignature: deposit.shapeSignature,
                            keyID: deposit.keyID)),
                    hash: verified.sealedHash, signature: nil, expiresAt: nil)
            }
        }
    }

    private func encryptionKeys(
        of deposits: [PushedDeposit], at market: OrganizationID
    ) async throws -> [String: String] {
        var keys: [String: String] = [:]
        for subject in Set(deposits.map(\.subject)) {
            guard let person = try await links.person(of: subject, at: market) else { continue }
            keys[subject] = try await personKeys.keys(of: person)?.encryptionKeyID
        }
        return keys
    }

    private func take(
        _ request: EndpointRequest, path: String,
        _ read: (_ market: Organization, _ instant: Date) async throws -> [NewHolding]
    ) async throws -> EndpointResponse {
        let instant = now()
        let market = try await access.market(of: request, path: path, at: instant)
        let key = try IdempotencyKey(of: request, path: path, market: market.id)
        // A lost answer is given again before anything is looked at: keys and definitions may have changed since.
        if let earlier = try await store.push(key.id) { return try await answer(earlier, to: key) }
        let holdings = try await read(market, instant)
        let push = NewPush(idempotency: key, market: market.id, holdings: holdings, at: instant)
        guard let places = try await store.store(push) else {
            guard let earlier = try await store.push(key.id) else { throw MarketRefusal.contended }
            return try await answer(earlier, to: key)
        }
        let references = try await ledger.references(to: places, within: Self.ledgerWait, withProofs: true)
        let results = zip(holdings, references).map { holding, reference in
            PushResult(
                id: holding.id.text, subject: holding.subject, scope: holding.scope, version: holding.version,
                ledger: reference)
        }
        return .privateJSON(results.json)
    }

    private func answer(_ earlier: EarlierPush, to key: IdempotencyKey) async throws -> EndpointResponse {
        guard constantTimeEqual(earlier.bodyHash, key.bodyHash) else { throw MarketRefusal.idempotencyKeyReused }
        let places = try await store.places(of: earlier.results.map(\.id))
        let present = earlier.results.filter { places[$0.id] != nil }
        let references = try await ledger.references(
            to: present.compactMap { places[$0.id] }, within: Self.ledgerWait, withProofs: true)
        let known = Dictionary(zip(present.map(\.id), references), uniquingKeysWith: { first, _ in first })
        let results = earlier.results.map { result in
            PushResult(
                id: result.id.text, subject: result.subject, scope: result.scope, version: result.version,
                ledger: known[result.id])
        }
        return .privateJSON(results.json)
    }

    /// Erases a digest or a deposit; the leaf in the ledger says nothing any more.
    package func erase(
        _ request: EndpointRequest, id text: Substring, heldBy: ScopeDefinition.Holder, path: String
    ) async throws -> EndpointResponse {
        let market = try await access.market(of: request, path: path, at: now())
        guard let id = TicketID(text: text), try await store.erase(id, heldBy: heldBy, of: market.id) else {
            throw MarketRefusal.unknownHolding
        }
        return EndpointResponse(status: .noContent)
    }

    private static func parse<T>(_ read: () throws(PathProblems) -> T) throws(MarketRefusal) -> T {
        do throws(PathProblems) {
            return try read()
        } catch {
            throw .malformedPush(error)
        }
    }
}

extension IdempotencyKey {
    /// - Throws: ``MarketRefusal/idempotencyKey`` or ``MarketRefusal/mediaType``.
    init(of request: EndpointRequest, path: String, market: OrganizationID) throws(MarketRefusal) {
        guard request.hasContentType("application/json") else { throw .mediaType }
        let values = request.headers[values: .idempotencyKey]
        guard values.count == 1, let key = values.first, (1...128).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .idempotencyKey }
        id = Array(SHA256.hash(data: Array("\(market.text)\n\(key)".utf8)))
        var hash = SHA256()
        hash.update(data: Array((path + "\n").utf8))
        hash.update(data: request.body)
        bodyHash = Array(hash.finalize())
    }
}

extension HTTPField.Name {
    package static let idempotencyKey = HTTPField.Name("Idempotency-Key")!  // a literal without forbidden characters
}
