import DataSharing
import Foundation
import OAuth
import TransparencyLog

/// What entries of both kinds of pushes have alike.
protocol PushedEntry: Sendable {
    var path: ValuePath { get }
    var subject: String { get }
    var scope: ScopeName { get }
    var version: Int { get }
    var shape: Shape { get }
}

extension PushedDigest: PushedEntry {}
extension PushedDeposit: PushedEntry {}

/// The entries of a push with their definitions and people.
struct PushDraft<Entry: PushedEntry> {
    private let market: OrganizationID
    private let entries: [(entry: Entry, definition: ScopeDefinition, person: LinkedPerson)]

    /// What verification gives.
    struct Content {
        let content: Holding.Content
        /// What the ledger's commitment is to.
        let hash: [UInt8]
        let signature: [UInt8]?
        let expiresAt: Date?
    }

    /// - Throws: ``MarketRefusal`` with everything that is wrong with scopes, versions and subjects.
    init(
        _ pushed: [Entry], of market: Organization, _ definitions: any DefinitionStore, _ store: any PushStore
    ) async throws {
        var problems: [PathProblem] = []
        var known: [ScopeVersion: ScopeDefinition] = [:]
        for entry in pushed where entry.scope.market == market.id {
            let named = ScopeVersion(scope: entry.scope, version: entry.version)
            guard known[named] == nil else { continue }
            known[named] = try await definitions.definition(entry.scope, version: entry.version)?.definition
        }
        let people = try await store.people(of: Array(Set(pushed.map(\.subject))), at: market.id)
        var taken: Set<Target> = []
        var entries: [(Entry, ScopeDefinition, LinkedPerson)] = []
        for entry in pushed {
            guard entry.scope.market == market.id else {
                problems.append(entry.path.member("scope").problem("another market's"))
                continue
            }
            let definition = known[ScopeVersion(scope: entry.scope, version: entry.version)]
            if definition == nil {
                problems.append(
                    entry.path.member("version").problem("there is no definition of this scope and version"))
            }
            let person = people[entry.subject]
            if person == nil {
                problems.append(entry.path.member("subject").problem("nobody has this subject at this market"))
            }
            guard let definition, let person else { continue }
            guard taken.insert(Target(person: person, scope: entry.scope)).inserted else {
                problems.append(entry.path.problem("the same subject and scope stand in this push already"))
                continue
            }
            entries.append((entry, definition, person))
        }
        if let problems = PathProblems(problems) { throw MarketRefusal.push(problems) }
        self.market = market.id
        self.entries = entries
    }

    /// The holdings, once every entry is verified; or everything that is wrong.
    func holdings(
        at instant: Date, verify: (Entry, ScopeDefinition) throws(PathProblems) -> Content
    ) throws -> [NewHolding] {
        var problems: [PathProblem] = []
        var holdings: [NewHolding] = []
        for (entry, definition, person) in entries {
            do throws(PathProblems) {
                let verified = try verify(entry, definition)
                let logged = try Self.logged(verified, by: market, entry)
                holdings.append(
                    NewHolding(
                        id: TicketID(at: instant), person: person, subject: entry.subject, scope: entry.scope,
                        version: entry.version, shape: entry.shape, content: verified.content, logged: logged,
                        expiresAt: verified.expiresAt))
            } catch {
                problems += error.all
            }
        }
        if let problems = PathProblems(problems) { throw MarketRefusal.push(problems) }
        return holdings
    }

    private static func logged(
        _ verified: Content, by market: OrganizationID, _ entry: Entry
    ) throws(PathProblems) -> LoggedValue {
        do throws(LedgerEntryMalformation) {
            return try LoggedValue(.digest, by: market, about: verified.hash, signature: verified.signature)
        } catch {
            throw PathProblems(entry.path.text, "the ledger does not take it: \(error.rawValue)")
        }
    }

    private struct ScopeVersion: Hashable {
        let scope: ScopeName
        let version: Int
    }

    private struct Target: Hashable {
        let person: LinkedPerson
        let scope: ScopeName
    }
}
