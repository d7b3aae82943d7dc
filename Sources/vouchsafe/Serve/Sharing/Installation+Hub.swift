import AuthorizationServer
import ConfigurationFile
import DataSharing
import Foundation
import IdentityRegistry
import KeyStore
import Logging
import OAuth
import SharingHub
import Storage
import TransparencyLog
import WebServer
import WireFormats

/// Where the hub keeps organizations, definitions and what markets push.
struct HubStores: Sendable {
    let organizations: SQLOrganizationStore
    let definitions: SQLDefinitionStore
    let links: SQLSubjectLinks
    let holdings: SQLHoldingStore
    let pushes: SQLPushStore
    let ledger: SQLLedgerPlaces
}

/// The hub's side of markets and operators, put together.
struct HubParts: Sendable {
    let site: SharingSite
    let administration: SharingAdministration
    let organizations: Organizations
    let definitions: Definitions
}

/// Of an installation whose people keep no keys.
struct NoPersonKeys: PersonKeysStore {
    func keys(of person: String) async throws -> PersonKeysRecord? { nil }
}

extension Installation {
    func hubStores(_ ledger: SQLLedger) -> HubStores {
        let (sealer, mark) = (keys.ring.dataSealer, PersonMark(root: keys.ring.codeKey))
        return HubStores(
            organizations: SQLOrganizationStore(database: database),
            definitions: SQLDefinitionStore(database: database),
            links: SQLSubjectLinks(database: database, sealer: sealer, mark: mark),
            holdings: SQLHoldingStore(database: database, sealer: sealer, mark: mark),
            pushes: SQLPushStore(database: database, sealer: sealer), ledger: SQLLedgerPlaces(ledger: ledger))
    }

    /// - Parameter settings: of data sharing.
    func hub(
        _ settings: SharingSettings, _ stores: HubStores, _ provider: Provider, nonces: DPoPNonces,
        personKeys: any PersonKeysStore
    ) -> HubParts {
        let people = people
        let clients = RegisteredOrganizations(
            store: provider.clientStore, directory: provider.directory,
            subjects: SubjectNames(root: keys.ring.codeKey, standard: provider.policy.subjectType),
            isKnown: { try await people.person(id: $0) != nil })
        let organizations = Organizations(
            store: stores.organizations, clients: clients, ledger: stores.ledger, now: now)
        let definitions = Definitions(
            store: stores.definitions, organizations: stores.organizations, ledger: stores.ledger, now: now)
        let access = MarketAccess(
            tokens: MarketTokens(
                access: ClientAccess(
                    tokens: provider.accessTokens, store: provider.grantStore,
                    uses: SQLSingleUseStore(database: database), nonces: nonces), issuer: configuration.publicURL),
            organizations: stores.organizations)
        let site = SharingSite(
            path: WellKnownRoutes.path(of: configuration.publicURL),
            pushes: PushEndpoint(
                access: access, definitions: stores.definitions, store: stores.pushes, links: stores.links,
                personKeys: personKeys, ledger: stores.ledger, now: now),
            definitions: DefinitionEndpoint(access: access, definitions: definitions, now: now),
            personKeys: PersonKeysEndpoint(
                access: access, links: stores.links, keys: personKeys, ledger: stores.ledger, now: now),
            organizations: organizations, registration: settings.registration == .open ? openRegistration : nil)
        let subjects = Subjects(organizations: organizations, naming: clients, links: stores.links, now: now)
        return HubParts(
            site: site,
            administration: SharingAdministration(
                organizations: organizations, definitions: definitions, subjects: subjects),
            organizations: organizations, definitions: definitions)
    }

    /// Ten an hour from one network address.
    private var openRegistration: SharingSite.OpenRegistration {
        let limiter = AddressLimiter(
            store: SQLAttemptStore(database: database), label: "organizations by address", limit: 10,
            window: .seconds(3600), keys: IdentityKeys(root: keys.ring.codeKey))
        let now = now
        return SharingSite.OpenRegistration { try await limiter.wait(from: $0, at: now()) }
    }

    /// Approves the organizations and registers the scopes of the configuration.
    func declareMembers(_ settings: SharingSettings, in hub: HubParts) async throws {
        for declared in settings.organizations {
            var document = declared.document
            if let file = declared.keysFile {
                guard let keys = try? JSON(parsing: contents(file)) else {
                    throw CommandFailure("\(file): is no JWK set")
                }
                document["jwks"] = keys
            }
            let name = document["id"]?.string ?? ""
            do {
                let organization = try Organization(json: .object(document))
                if try await hub.organizations.declare(organization) {
                    logger.notice("approved an organization of the configuration", metadata: ["id": "\(name)"])
                }
            } catch let problems as PathProblems {
                throw CommandFailure("sharing.organizations: \(name): \(problems)")
            } catch let refusal as any Refusal {
                throw CommandFailure("sharing.organizations: \(name): \(refusal.reason)")
            }
        }
        for definition in settings.scopes {
            do {
                _ = try await hub.definitions.register(definition, by: .operator)
            } catch let refusal as any Refusal {
                throw CommandFailure("sharing.scopes: \(definition.scope): \(refusal.reason)")
            }
        }
    }
}
