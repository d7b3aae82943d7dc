import AuthorizationServer
import CredentialIssuer
import Foundation
import OAuth
import Synchronization

/// What this process has just stored for flows that are under way, so that their next request need not look for it.
///
/// Nothing depends on it: what is not here is read from the database, and whatever is here is asked for again in the
/// transaction that acts on it. Another process may meanwhile have gone on: that transaction then refuses, what is here
/// is forgotten, and the next look is at the database.
package final class RecentRecords: Sendable {
    let interactions = Recent<Interaction>()
    let sessions = Recent<Session>()
    let grants = Recent<Grant>()
    let tokens = Recent<LiveToken>()
    /// What pre-authorized codes gave, by the offer. Claims that were pushed are not kept in memory.
    let accessGrants = Recent<AccessGrant>()

    package init() {}

    /// Something has been taken back, perhaps a token that is here.
    func forgetTokens() { tokens.removeAll() }
}

/// The last few thousand values by their identifiers.
final class Recent<Value: Sendable>: Sendable {
    private struct Generations {
        var young: [TicketID: Value] = [:]
        var old: [TicketID: Value] = [:]
    }

    private static var capacity: Int { 2048 }
    private let generations = Mutex(Generations())

    subscript(id: TicketID) -> Value? {
        generations.withLock { $0.young[id] ?? $0.old[id] }
    }

    func insert(_ value: Value, _ id: TicketID) {
        generations.withLock { generations in
            if generations.young.count >= Self.capacity {
                generations.old = generations.young
                generations.young = [:]
            }
            generations.young[id] = value
        }
    }

    func remove(_ id: TicketID) {
        generations.withLock { generations in
            generations.young[id] = nil
            generations.old[id] = nil
        }
    }

    func removeAll() { generations.withLock { $0 = Generations() } }
}
