package import Foundation
package import OAuth
import Synchronization
package import TransactionTimeline
import WireFormats

/// Connects requests that name no offer with the offer they most likely belong to, for the operator's timeline only.
///
/// Metadata is public and asked for without any credential, so all there is to go by is the client's address and
/// program, and the time. Kept in memory, bounded, and never used to decide anything.
package final class ClientTrail: Sendable {
    private struct Trail {
        var offer: TicketID?
        var metadataFetchedAt: Date?
        var lastSeen: Date
    }

    private let trails = Mutex<[String: Trail]>([:])
    private static let capacity = 1024
    private static let memory: TimeInterval = 600

    package init() {}

    /// A client has fetched an offer by reference.
    package func noteOffer(_ offer: TicketID, client: String, at instant: Date) {
        update(client, at: instant) { $0.offer = offer }
    }

    /// A client has fetched metadata; the offer that it fetched before, if its timeline has not heard of it yet.
    package func noteMetadata(client: String, at instant: Date) -> TicketID? {
        update(client, at: instant) { trail in
            defer { trail.offer = nil }
            if trail.offer == nil { trail.metadataFetchedAt = instant }
            return trail.offer
        }
    }

    /// Metadata that a client fetched before it named its offer by redeeming its code.
    package func takeEvents(client: String) -> [TimelineEvent] {
        let fetchedAt = trails.withLock { trails in
            defer { trails[client]?.metadataFetchedAt = nil }
            return trails[client]?.metadataFetchedAt
        }
        return fetchedAt.map { [Self.metadataEvent(at: $0)] } ?? []
    }

    package static func metadataEvent(at instant: Date) -> TimelineEvent {
        TimelineEvent(at: instant, step: .metadata, detail: ["inferred_from": "same client"])
    }

    @discardableResult
    private func update<T>(_ client: String, at instant: Date, _ change: (inout Trail) -> T) -> T {
        trails.withLock { trails in
            if trails.count >= Self.capacity, trails[client] == nil {
                trails = trails.filter { instant.timeIntervalSince($0.value.lastSeen) < Self.memory }
                if trails.count >= Self.capacity { trails.removeAll() }
            }
            var trail = trails[client] ?? Trail(lastSeen: instant)
            if instant.timeIntervalSince(trail.lastSeen) > Self.memory { trail = Trail(lastSeen: instant) }
            trail.lastSeen = instant
            let result = change(&trail)
            trails[client] = trail
            return result
        }
    }
}
