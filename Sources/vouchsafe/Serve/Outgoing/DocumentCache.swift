import AuthorizationServer
import CredentialIssuer
import Foundation
import HTTPTypes
import OutgoingHTTP
import Synchronization
import WalletClient
import WireFormats

/// Documents of other servers: key sets, metadata, sector identifiers. Kept for a while and bounded.
final class DocumentCache: Sendable {
    private struct Entry {
        let body: [UInt8]
        let fetchedAt: Date
    }

    private static let capacity = 256
    private static let lifetime: TimeInterval = 600
    /// However often a key is not found, an address is asked no more often than that.
    private static let leastInterval: TimeInterval = 15

    private let client: GuardedHTTPClient
    private let now: @Sendable () -> Date
    private let entries = Mutex<[String: Entry]>([:])
    private let failures = Mutex<[String: Date]>([:])

    init(client: GuardedHTTPClient, now: @escaping @Sendable () -> Date) {
        (self.client, self.now) = (client, now)
    }

    func document(at url: String, freshAt instant: Date?) async -> [UInt8]? {
        let time = now()
        let known = entries.withLock { $0[url] }
        let oldest =
            instant.map { $0.addingTimeInterval(-Self.leastInterval) } ?? time.addingTimeInterval(-Self.lifetime)
        if let known, known.fetchedAt > oldest { return known.body }
        if let failed = failures.withLock({ $0[url] }), time.timeIntervalSince(failed) < Self.leastInterval {
            return known?.body
        }
        guard let body = await fetch(url) else {
            failures.withLock { failures in
                if failures.count >= Self.capacity { failures.removeAll() }
                failures[url] = time
            }
            // What was there before is better than nothing, for as long again.
            return known.flatMap { time.timeIntervalSince($0.fetchedAt) < 2 * Self.lifetime ? $0.body : nil }
        }
        entries.withLock { entries in
            if entries.count >= Self.capacity, entries[url] == nil { entries.removeAll() }
            entries[url] = Entry(body: body, fetchedAt: time)
        }
        return body
    }

    private func fetch(_ url: String) async -> [UInt8]? {
        let request = ExchangeRequest(.get, url, headers: [.accept: "application/json"])
        guard let response = try? await client.send(request), response.status == 200 else { return nil }
        return response.body
    }
}

extension DocumentCache: ClientDocumentSource {}

/// How the issuer asks other authorization servers.
struct ForeignServers: ForeignServerExchange {
    let documents: DocumentCache
    let client: GuardedHTTPClient

    func document(at url: String, freshAt instant: Date?) async -> [UInt8]? {
        await documents.document(at: url, freshAt: instant)
    }

    func post(_ form: String, to url: String, clientID: String, secret: String) async throws -> (Int, [UInt8]) {
        let credentials = FormParameters.percentEncode(clientID) + ":" + FormParameters.percentEncode(secret)
        let response = try await client.send(
            ExchangeRequest(
                .post, url,
                headers: [
                    .contentType: "application/x-www-form-urlencoded", .accept: "application/json",
                    .authorization: "Basic " + Data(credentials.utf8).base64EncodedString(),
                ], body: Array(form.utf8)))
        return (response.status, response.body)
    }
}

/// Sends logout tokens behind the person's back, once each.
struct BackChannelLogout: LogoutMessages {
    let client: GuardedHTTPClient
    /// Takes the client that could not be told.
    let report: @Sendable (_ clientID: String) -> Void

    func send(token: String, to address: String, of clientID: String) {
        // Not a child of the request: whoever logs out does not wait for other servers. The client has its own limits.
        Task {
            let form = FormParameters.encode(["logout_token": token])
            let request = ExchangeRequest(
                .post, address, headers: [.contentType: "application/x-www-form-urlencoded"], body: Array(form.utf8))
            guard let response = try? await client.send(request), (200..<300).contains(response.status) else {
                return report(clientID)
            }
        }
    }
}
