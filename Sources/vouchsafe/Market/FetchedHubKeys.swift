import DataMarket
import Foundation
import HubClient
import JOSE
import OAuth
import OutgoingHTTP

/// The hub's keys by its metadata, fetched when they are needed and kept for a while.
actor FetchedHubKeys: HubKeySource {
    /// What does not verify makes the hub be asked again, but not as often as strangers like.
    private static let pause: TimeInterval = 30
    private static let lifetime: TimeInterval = 3600

    private let hub: String
    private let client: GuardedHTTPClient
    private let now: @Sendable () -> Date
    private var kept: (keys: VerificationKeys, at: Date)?

    init(hub: String, client: GuardedHTTPClient, now: @escaping @Sendable () -> Date) {
        (self.hub, self.client, self.now) = (hub, client, now)
    }

    func keys(refreshing unknown: Bool) async throws -> VerificationKeys {
        if let kept {
            let age = now().timeIntervalSince(kept.at)
            if age < (unknown ? Self.pause : Self.lifetime) { return kept.keys }
        }
        do throws(HubFailure) {
            let source = HubMetadata(exchange: client)
            let keys = VerificationKeys(try await source.keys(of: try await source.metadata(of: hub)))
            kept = (keys, now())
            return keys
        } catch {
            // Those at hand are better than none for what they verify.
            if let kept { return kept.keys }
            throw HubOutage(failure: error)
        }
    }
}

/// The hub's keys cannot be had for the moment.
struct HubOutage: Outage, CustomStringConvertible {
    let failure: HubFailure

    var isPassing: Bool { true }
    var description: String { failure.description }
}
