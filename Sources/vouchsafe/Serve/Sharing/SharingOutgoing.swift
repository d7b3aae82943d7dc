import AuthorizationServer
import DataSharing
import Foundation
import HTTPTypes
import JOSE
import Logging
import OAuth
import OutgoingHTTP
import ServiceLifecycle
import SharingHub
import WalletClient
import WireFormats

/// How the hub reaches markets and those who are told of withdrawals.
struct GuardedMarketExchange: MarketExchange {
    let client: GuardedHTTPClient

    func post(_ request: MarketRequest) async throws -> (HTTPResponse.Status, HTTPFields, [UInt8]) {
        let response = try await client.send(
            ExchangeRequest(.post, request.url, headers: request.headers, body: request.body))
        return (HTTPResponse.Status(code: response.status), response.headers, response.body)
    }
}

/// What organizations call a person: as in the ID tokens of their clients.
struct SubjectsOfClients: SubjectNaming {
    let subjects: SubjectNames
    let clients: ClientDirectory
    /// Whether the registry has the person.
    let knows: @Sendable (_ person: String) async throws -> Bool

    func subject(of person: String, at organization: Organization) async throws -> String? {
        guard let client = try await clients.client(organization.id.text), try await knows(person) else { return nil }
        return subjects.subject(person, for: client)
    }
}

/// Delivers notices of withdrawals until the server stops.
struct WithdrawalDelivery: Service {
    static let interval = Duration.seconds(2)

    let notices: WithdrawalNotices
    let logger: Logger
    let now: @Sendable () -> Date

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await notices.deliver(at: now()) == WithdrawalNotices.batch {}
                } catch {
                    if !Task.isCancelled {
                        logger.error(
                            "notices of withdrawals could not be delivered", metadata: ["error": "\(error)"])
                    }
                }
                do { try await Task.sleep(for: Self.interval) } catch { return }
            }
        }
    }
}
