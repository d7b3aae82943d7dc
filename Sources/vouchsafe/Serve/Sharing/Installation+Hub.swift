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
import WebServer
import WireFormats

/// The hub's side of markets and operators, put together.
struct HubParts: Sendable {
    let site: SharingSite
    let administration: SharingAdministration
    let organizations: Organizations
    let definitions: Definitions
}

extension Installation {
    /// What markets and operators do with the hub, with what the configuration declares; nil where no data is shared, or
    /// nobody could get tokens.
    func members(_ hub: Hub?, _ provider: Provider?, nonces: DPoPNonces) async throws -> HubParts? {
        guard let hub, let provider, let settings = configuration.sharing else { return nil }
        let parts = parts(of: hub, settings, provider, nonces: nonces)
        try await declareMembers(settings, in: parts)
        return parts
    }

    private func parts(
        of hub: Hub, _ settings: SharingSettings, _ provider: Provider, nonces: DPoPNonces
    ) -> HubParts {
        let people = people
        let clients = RegisteredOrganizations(
            store: provider.clientStore, directory: provider.directory,
            subjects: SubjectNames(root: keys.ring.codeKey, standard: provider.policy.subjectType),
            isKnown: { try await people.person(id: $0) != nil })
        let organizations = Organizations(
            store: hub.organizations, clients: clients, ledger: hub.places, now: now)
        let definitions = Definitions(
            store: hub.definitions, organizations: hub.organizations, ledger: hub.places, now: now)
        let access = MarketAccess(
            tokens: MarketTokens(
                access: ClientAccess(
                    tokens: provider.accessTokens, store: provider.grantStore,
                    uses: SQLSingleUseStore(database: database), nonces: nonces), issuer: configuration.publicURL),
            organizations: hub.organizations)
        let site = SharingSite(
            path: WellKnownRoutes.path(of: configuration.publicURL),
            pushes: PushEndpoint(
                access: access, definitions: hub.definitions,
                store: SQLPushStore(database: database, sealer: keys.ring.dataSealer), links: hub.links,
                personKeys: hub.keys, ledger: hub.places, now: now),
            definitions: DefinitionEndpoint(access: access, definitions: definitions, now: now),
            personKeys: PersonKeysEndpoint(
                access: access, links: hub.links, keys: hub.keys, ledger: hub.places, now: now),
            organizations: organizations, registration: settings.registration == .open ? openRegistration : nil)
        let subjects = Subjects(organizations: organizations, naming: clients, links: hub.links, now: now)
        return HubParts(
            site: site,
            administration: SharingAdministration(
                organizations: organizations, definitions: definitions, subjects: subjects,
                removeVault: { try await hub.keys.remove(vaultOf: $0) }),
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
    private func declareMembers(_ settings: SharingSettings, in hub: HubParts) async throws {
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
