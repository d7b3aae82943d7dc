import AuthorizationServer
import ConfigurationFile
import DataSharing
import Foundation
import JOSE
import KeyStore
import Logging
import OAuth
import OutgoingHTTP
import PersonVault
import SQLStatements
import SharingHub
import Storage
import TransactionTimeline
import TransparencyLog
import WireFormats

/// The hub of consented data sharing: its stores, by what they are for.
struct Hub: Sendable {
    let ledger: SQLLedger
    let places: SQLLedgerPlaces
    let organizations: SQLOrganizationStore
    let definitions: SQLDefinitionStore
    let links: SQLSubjectLinks
    let holdings: SQLHoldingStore
    let pushes: SQLPushStore
    let grants: SQLSharingGrants
    let notices: SQLWithdrawalNotices
    let keys: SQLVaultStore
    let exchange: GuardedMarketExchange
}

extension Installation {
    /// - Parameter ledger: what people's keys, digests and approvals are logged in.
    func hub(_ ledger: SQLLedger) -> Hub {
        let sealer = keys.ring.dataSealer
        let mark = PersonMark(root: keys.ring.codeKey)
        return Hub(
            ledger: ledger, places: SQLLedgerPlaces(ledger: ledger),
            organizations: SQLOrganizationStore(database: database),
            definitions: SQLDefinitionStore(database: database),
            links: SQLSubjectLinks(database: database, sealer: sealer, mark: mark),
            holdings: SQLHoldingStore(database: database, sealer: sealer, mark: mark),
            pushes: SQLPushStore(database: database, sealer: sealer),
            grants: SQLSharingGrants(database: database, sealer: sealer),
            notices: SQLWithdrawalNotices(database: database, sealer: sealer), keys: vaultStore,
            exchange: GuardedMarketExchange(
                client: GuardedHTTPClient(
                    destinations: configuration.destinations,
                    limits: GuardedHTTPClient.Limits(
                        total: configuration.sharing?.marketTimeout ?? .seconds(5), connect: .seconds(2),
                        responseBytes: MessageLimits.releaseRequest), keeping: KeptConnections())))
    }

    /// The part of the hub that takes part in authorization requests.
    func desk(
        _ hub: Hub, _ subjects: SubjectNames, _ clients: ClientDirectory,
        note: @escaping @Sendable (_ event: TimelineEvent, _ grant: TicketID) async throws -> Void
    ) -> HubDesk {
        let (issuer, liveKeys, now) = (configuration.publicURL, keys, now)
        let source = HubSource(
            organizations: hub.organizations, definitions: hub.definitions,
            held: HoldingReader(store: hub.holdings, ledger: hub.places), keys: hub.keys,
            naming: SubjectsOfClients(subjects: subjects, clients: clients) { _ in true }, now: now)
        let calls = MarketCalls(
            exchange: hub.exchange, issuer: issuer, proofs: DPoPProofMaker(key: PrivateKey.generateP256())
        ) { instant in
            let signer = try liveKeys.standard(at: instant)
            return AccessTokenJWTMaker(signer: signer.signer, keyID: signer.keyID)
        }
        return HubDesk(
            issuer: issuer, orders: DataOrders(source: source),
            releases: SharedReleases(
                store: hub.grants, source: source, calls: calls,
                lifetime: configuration.sharing?.releaseLifetime ?? .seconds(600)
            ) { grant, scope, outcome in
                // What cannot be noted has happened all the same.
                try? await note(TimelineEvent(at: now(), asking: scope, outcome), grant)
            }, grants: hub.grants, notices: hub.notices, source: source, links: hub.links, now: now)
    }

    func withdrawalDelivery(_ hub: Hub, _ desk: HubDesk) -> WithdrawalDelivery {
        let (liveKeys, logger) = (keys, logger)
        return WithdrawalDelivery(
            notices: WithdrawalNotices(
                store: hub.notices, source: desk.source, exchange: hub.exchange, issuer: configuration.publicURL,
                signer: { instant in
                    let signer = try liveKeys.standard(at: instant)
                    return (signer.signer, signer.keyID)
                },
                report: { organization, notice in
                    logger.warning(
                        "an organization could not be told of a withdrawal yet",
                        metadata: ["organization": "\(organization)", "notice": "\(notice.text)"])
                }), logger: logger, now: now)
    }
}

extension TimelineEvent {
    /// What became of asking a market for a scope.
    fileprivate init(at instant: Date, asking scope: String, _ answer: ReleaseAnswer) {
        let detail: JSONObject = ["scope": .string(scope)]
        guard let reason = answer.pendingReason else {
            self.init(at: instant, step: .release, detail: detail)
            return
        }
        self.init(
            at: instant, step: .release, outcome: .refused(code: "claims_pending", reason: reason.text), detail: detail)
    }
}
