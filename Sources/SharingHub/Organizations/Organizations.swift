package import DataSharing
package import Foundation
import TransparencyLog
package import WireFormats

/// What the operator does with organizations, and how they register.
package struct Organizations: Sendable {
    package static let maximumCount = 1000
    package static let maximumPending = 100

    let store: any OrganizationStore
    let clients: any OrganizationClients
    let ledger: any LedgerPlaces
    let now: @Sendable () -> Date

    package init(
        store: any OrganizationStore, clients: any OrganizationClients, ledger: any LedgerPlaces,
        now: @escaping @Sendable () -> Date
    ) {
        self.store = store
        self.clients = clients
        self.ledger = ledger
        self.now = now
    }

    package func all() async throws -> [Organization] { try await store.organizations() }

    package func organization(_ id: OrganizationID) async throws -> Organization {
        guard let organization = try await store.organization(id) else { throw OrganizationRefusal.unknown }
        return organization
    }

    /// Adds an organization, pending whatever its document says.
    ///
    /// - Parameter isOpen: whether it registers by itself, of which only so many wait at a time.
    package func add(_ document: [UInt8], isOpen: Bool) async throws -> Organization {
        var organization = try Self.read { () throws(PathProblems) in try Organization(parsing: document) }
        organization.state = .pending
        guard organization.id.text != LedgerEntry.hub, try await !clients.isForeign(organization.id) else {
            throw OrganizationRefusal.taken
        }
        let limit = isOpen ? Self.maximumPending : nil
        guard try await store.insert(organization, pendingLimit: limit, at: now()) else {
            throw try await store.organization(organization.id) == nil
                ? OrganizationRefusal.tooManyPending : OrganizationRefusal.taken
        }
        return organization
    }

    /// Replaces what is said about an organization; its state stays, its identifier too.
    package func replace(_ id: OrganizationID, by document: [UInt8]) async throws -> Organization {
        let new = try Self.read { () throws(PathProblems) in try Organization(parsing: document) }
        guard new.id == id else { throw OrganizationRefusal.problems(PathProblems("id", "cannot be changed")) }
        return try await change(id) { organization in
            let state = organization.state
            organization = new
            organization.state = state
        }
    }

    package func approve(_ id: OrganizationID) async throws -> Organization {
        try await change(id) { $0.state = .approved }
    }

    /// From now on it can do nothing, and what was granted to it has ended.
    package func suspend(_ id: OrganizationID) async throws -> Organization {
        try await change(id) { $0.state = .suspended }
    }

    package func setPartners(_ json: JSON, of id: OrganizationID) async throws -> Organization {
        let partners = try Self.read { () throws(PathProblems) in try Partners(json: json) }
        return try await change(id) { $0.partners = partners }
    }

    package func setKeys(_ json: JSON, of id: OrganizationID) async throws -> Organization {
        let keys = try Self.read { () throws(PathProblems) in
            try OrganizationKeys(json: json, at: ValuePath(text: "jwks"))
        }
        return try await change(id) { $0.keys = keys }
    }

    package func remove(_ id: OrganizationID) async throws {
        let organization = try await organization(id)
        // First it must not be able to do anything more.
        try await clients.remove(organization.id, at: now())
        guard try await store.remove(id) else { throw OrganizationRefusal.unknown }
    }

    /// Approves an organization as the configuration declares it; true if anything changed.
    package func declare(_ declared: Organization) async throws -> Bool {
        var declared = declared
        declared.state = .approved
        if try await store.organization(declared.id) == nil {
            var pending = declared
            pending.state = .pending
            _ = try await store.insert(pending, pendingLimit: nil, at: now())
        } else if let known = try await store.organization(declared.id), known == declared {
            try await clients.put(declared, at: now())
            return false
        }
        let wanted = declared
        _ = try await change(wanted.id) { $0 = wanted }
        return true
    }

    /// Changes an organization, logs keys that are new, and brings its client up to date.
    private func change(
        _ id: OrganizationID, _ change: (inout Organization) -> Void
    ) async throws -> Organization {
        for _ in 0..<8 {
            let old = try await organization(id)
            var new = old
            change(&new)
            if !new.isApproved { try await clients.remove(id, at: now()) }
            let keys = new.isApproved ? try await unloggedKeys(of: new) : []
            guard try await store.replace(old, with: new, logging: keys, at: now()) else { continue }
            if new.isApproved { try await clients.put(new, at: now()) }
            return new
        }
        throw OrganizationRefusal.contended
    }

    private func unloggedKeys(
        of organization: Organization
    ) async throws -> [(thumbprint: [UInt8], value: LoggedValue)] {
        let logged = Set(try await store.loggedKeys(of: organization.id).map(\.thumbprint))
        var seen = logged
        return try organization.keys.all.filter { seen.insert($0.thumbprint).inserted }.map { key in
            (key.thumbprint, try LoggedValue(.key, by: organization.id, about: key.thumbprint))
        }
    }

    /// The JWK set of an organization; each key that is logged says where.
    package func publishedKeys(of id: OrganizationID) async throws -> JSON {
        guard let organization = try await store.organization(id), organization.isApproved else {
            throw OrganizationRefusal.unknown
        }
        let logged = try await store.loggedKeys(of: id)
        let references = try await ledger.references(to: logged.map(\.place))
        var known: [[UInt8]: PushedPlace] = [:]
        for (key, reference) in zip(logged, references) { known[key.thumbprint] = reference }
        return [
            "keys": .array(
                organization.keys.all.map { key in
                    var jwk = key.jwk
                    jwk["ledger"] = known[key.thumbprint]?.json
                    return .object(jwk)
                })
        ]
    }

    private static func read<T>(_ read: () throws(PathProblems) -> T) throws(OrganizationRefusal) -> T {
        do throws(PathProblems) {
            return try read()
        } catch {
            throw .problems(error)
        }
    }
}
