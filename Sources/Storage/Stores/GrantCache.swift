import Foundation
import OAuth
import Synchronization

/// Access grants that this process has just given, so that the credential request that follows need not look for them.
///
/// Nothing depends on it: what is not here is read from the database, and whatever is here is asked for again in the
/// transaction that records an issuance. Claims that were pushed are not kept in memory.
package final class GrantCache: Sendable {
    private static let capacity = 4096

    private let grants = Mutex<[TicketID: AccessGrant]>([:])

    package init() {}

    subscript(token: TicketID) -> AccessGrant? { grants.withLock { $0[token] } }

    func insert(_ grant: AccessGrant, at instant: Date) {
        guard case .registry = grant.subject else { return }
        grants.withLock { grants in
            if grants.count >= Self.capacity {
                grants = grants.filter { $0.value.expiresAt > instant }
                if grants.count >= Self.capacity { grants.removeAll() }
            }
            grants[grant.transaction] = grant
        }
    }

    func remove(_ token: TicketID) { grants.withLock { _ = $0.removeValue(forKey: token) } }
}
