import CredentialIssuer
import OAuth
import TransactionTimeline
import WebServer
import WireFormats

/// Counts what is issued as it is recorded.
struct CountingIssuanceStore: IssuanceStore {
    let store: any IssuanceStore
    let metrics: Metrics

    func record(_ issuance: Issuance) async throws -> Result<Void, IssuanceRefusal> {
        let outcome = try await store.record(issuance)
        if case .success = outcome, let configuration = issuance.event.detail["credential_configuration_id"]?.string {
            let count = issuance.event.detail["credentials"]?.integer ?? 1
            metrics.countCredentials(Int(count), configuration: configuration)
        }
        return outcome
    }

    func append(_ event: TimelineEvent, to transaction: TicketID) async throws {
        try await store.append(event, to: transaction)
    }
}
