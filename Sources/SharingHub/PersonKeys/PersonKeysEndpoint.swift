import DataSharing
package import Foundation
package import OAuth
import WireFormats

/// Gives a market the public keys of a person: `GET /sharing/subjects/{sub}/keys`.
package struct PersonKeysEndpoint: Sendable {
    let access: MarketAccess
    let links: any SubjectLinks
    let keys: any PersonKeysStore
    let ledger: any LedgerPlaces
    let now: @Sendable () -> Date

    package init(
        access: MarketAccess, links: any SubjectLinks, keys: any PersonKeysStore, ledger: any LedgerPlaces,
        now: @escaping @Sendable () -> Date
    ) {
        self.access = access
        self.links = links
        self.keys = keys
        self.ledger = ledger
        self.now = now
    }

    package func respond(
        to request: EndpointRequest, subject: Substring, path: String
    ) async throws -> EndpointResponse {
        let market = try await access.market(of: request, path: path, at: now())
        guard let person = try await links.person(of: String(subject), at: market.id) else {
            throw MarketRefusal.unknownSubject
        }
        guard let record = try await keys.keys(of: person) else { throw MarketRefusal.noVault }
        var body: JSONObject = [
            "enc": .object(record.encryption), "sig": .object(record.signing),
            "statements": .array(record.statements.map(JSON.string)),
        ]
        // With the proof: a market encrypts to no key that the log does not show.
        body["ledger"] = try await ledger.references(
            to: [record.place], within: PushEndpoint.ledgerWait, withProofs: true
        ).first?.json
        return .privateJSON(.object(body))
    }
}
