package import RegistryRecords

/// Where the registry keeps its people.
///
/// What `upsert` was given is durable when it returns, all of it or none.
package protocol PersonStore: Sendable {
    /// Adds the people and replaces those whose identifier is known already.
    func upsert(_ records: [PersonRecord]) async throws -> (added: Int, updated: Int)

    func person(id: String) async throws -> PersonRecord?

    /// At most `limit` people in the order of their identifiers' bytes, from the first one after `after`.
    func list(after: String?, limit: Int) async throws -> [PersonRecord]

    func count() async throws -> Int
}
