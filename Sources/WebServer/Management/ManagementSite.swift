package import AuthorizationServer
package import CredentialIssuer
package import Foundation
import HTTPTypes
package import IdentityRegistry
package import OAuth
package import RegistryRecords
package import TransactionTimeline
package import WireFormats

/// The operator's routes. None is answered without the management key.
package struct ManagementSite: Sendable {
    /// Nil where no credentials are issued.
    let offers: Offers?
    let people: any PersonStore
    let schema: RegistrySchema
    let keys: KeyAdministration
    /// Nil where nobody logs in.
    let clients: ClientAdministration?
    let logins: AuthenticatorAdministration?
    let logouts: Logouts?
    /// Nil where no data is shared.
    let sharing: SharingAdministration?
    let secretColumns: SecretColumns
    /// What was recorded of an offer or a login; empty if nothing was.
    let timeline: @Sendable (TicketID) async throws -> [TimelineEvent]
    let metrics: Metrics
    let now: @Sendable () -> Date

    /// What the operator may do with signing keys.
    package struct KeyAdministration: Sendable {
        let list: @Sendable () async throws -> JSON
        let rotate: @Sendable () async throws -> JSON

        package init(
            list: @escaping @Sendable () async throws -> JSON, rotate: @escaping @Sendable () async throws -> JSON
        ) {
            (self.list, self.rotate) = (list, rotate)
        }
    }

    package init(
        offers: Offers?, people: any PersonStore, schema: RegistrySchema, keys: KeyAdministration,
        clients: ClientAdministration? = nil, logins: AuthenticatorAdministration? = nil, logouts: Logouts? = nil,
        sharing: SharingAdministration? = nil,
        secretColumns: SecretColumns = .none, timeline: @escaping @Sendable (TicketID) async throws -> [TimelineEvent],
        metrics: Metrics, now: @escaping @Sendable () -> Date
    ) {
        self.offers = offers
        self.people = people
        self.schema = schema
        self.keys = keys
        self.clients = clients
        self.logins = logins
        self.logouts = logouts
        self.sharing = sharing
        self.secretColumns = secretColumns
        self.timeline = timeline
        self.metrics = metrics
        self.now = now
    }

    package var routes: [Route] {
        (offers.map(offerRoutes) ?? []) + registryRoutes + loginRoutes + (clients.map(clientRoutes) ?? [])
            + (sharing.map(sharingRoutes) ?? []) + [
                managed(.get, .withParameter(prefix: "/timelines/"), "timelines", handler: showTimeline),
                managed(.get, .exact("/keys"), "keys") { _, _ in .privateJSON(try await keys.list()) },
                managed(.post, .exact("/keys/rotate"), "keys", bodyLimit: 1 << 10) { _, _ in
                    .privateJSON(try await keys.rotate())
                },
                managed(.get, .exact("/metrics"), "metrics") { _, _ in
                    EndpointResponse(
                        headers: [.contentType: "text/plain; version=0.0.4"], body: Array(metrics.exposition().utf8))
                },
                managed(.get, .exact("/health"), "health") { _, _ in .privateJSON(["status": "ok"]) },
                managed(.get, .exact("/openapi.json"), "openapi") { _, _ in
                    .privateJSON(try ManagementDocument.load())
                },
            ]
    }

    private func offerRoutes(_ offers: Offers) -> [Route] {
        [
            managed(.post, .exact("/offers"), "offers", bodyLimit: 256 << 10) { request, _ in
                try await createOffer(request, offers)
            },
            managed(.get, .exact("/offers"), "offers") { request, _ in
                let page = try Page(request)
                let stored = try await offers.list(before: page.before, limit: page.limit)
                return .privateJSON(.array(stored.map { .object($0.json(at: now())) }))
            },
            managed(.get, .withParameter(prefix: "/offers/"), "offers") { _, text in
                guard let id = TicketID(text: text), let (stored, timeline) = try await offers.show(id) else {
                    throw OfferRefusal.unknownOffer
                }
                var shown = stored.json(at: now())
                shown["timeline"] = .array(timeline.map(\.json))
                return .privateJSON(.object(shown))
            },
            managed(.delete, .withParameter(prefix: "/offers/"), "offers") { _, text in
                guard let id = TicketID(text: text), let (stored, _) = try await offers.show(id) else {
                    throw OfferRefusal.unknownOffer
                }
                guard try await offers.cancel(id) else { throw OfferRefusal.offerOver(stored.state(at: now())) }
                return EndpointResponse(status: .noContent)
            },
        ]
    }

    private var registryRoutes: [Route] {
        [
            managed(.get, .exact("/registry/schema"), "registry") { _, _ in .privateJSON(schema.json(secretColumns)) },
            managed(.get, .exact("/registry/people"), "registry") { request, _ in
                let page = try Page(request)
                let people = try await people.list(after: page.after, limit: page.limit)
                return .privateJSON(.array(people.map { ["id": .string($0.id), "record": $0.json(schema)] }))
            },
            managed(.post, .exact("/registry/people"), "registry", bodyLimit: 64 << 20) { request, _ in
                try await importPeople(request)
            },
            managed(.get, .withParameter(prefix: "/registry/people/"), "registry") { _, id in
                guard let decoded = String(id).removingPercentEncoding,
                    let person = try await people.person(id: decoded)
                else { throw ManagementRefusal.unknownPerson }
                return .privateJSON(person.json(schema))
            },
        ]
    }

    func managed(
        _ method: HTTPRequest.Method, _ path: Route.Path, _ name: String, bodyLimit: Int = 0,
        handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, path, name: "management_" + name, authentication: .managementKey, bodyLimit: bodyLimit,
            handler: handler)
    }

    /// What happened to an offer, or to a login that began with none.
    @Sendable private func showTimeline(_: EndpointRequest, _ text: Substring) async throws -> EndpointResponse {
        guard let id = TicketID(text: text) else { throw ManagementRefusal.unknownTimeline }
        let offer = try await offers?.show(id)?.timeline
        let events = if let offer { offer } else { try await timeline(id) }
        guard !events.isEmpty else { throw ManagementRefusal.unknownTimeline }
        return .privateJSON(["id": .string(id.text), "timeline": .array(events.map(\.json))])
    }

    private func createOffer(_ request: EndpointRequest, _ offers: Offers) async throws -> EndpointResponse {
        let message = try NewOfferMessage(decoding: request)
        if message.isDryRun {
            let claims = try await offers.claims(for: message.order)
            return .privateJSON([
                "credentials": .array(
                    claims.map {
                        ["credential_configuration_id": .string($0.configurationID), "claims": .object($0.claims)]
                    })
            ])
        }
        let created = try await offers.create(message.order)
        return .privateJSON(created.json, status: .created)
    }

    /// Imports what is good, or with `?strict=true` nothing unless all is.
    private func importPeople(_ request: EndpointRequest) async throws -> EndpointResponse {
        let outcome: ImportOutcome
        do throws(ImportRefusal) {
            let reader = RegistryImport(schema: schema, secretColumns: secretColumns) { _ in
                throw ManagementRefusal.imageFilesNotHere
            }
            outcome = try reader.read(request.body, as: request.hasContentType("text/csv") ? .csv : .json)
        } catch {
            throw ManagementRefusal.unreadableImport(error.description)
        }
        let isStrict = (try? FormParameters(parsing: request.query))?["strict"] == "true"
        let imported = isStrict && !outcome.rejections.isEmpty ? [] : outcome.records
        let (added, updated) = try await people.upsert(imported)
        if !imported.isEmpty { _ = try await logins?.store(outcome.secrets) }
        return .privateJSON(
            [
                "added": .integer(Int64(added)), "updated": .integer(Int64(updated)),
                "rejected": .array(outcome.rejections.map(\.json)),
                "unknown_columns": .array(outcome.unknownColumns.map(JSON.string)),
            ], status: imported.isEmpty && !outcome.rejections.isEmpty ? .unprocessableContent : .ok)
    }
}
