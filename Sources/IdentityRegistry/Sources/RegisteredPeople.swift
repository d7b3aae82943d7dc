package import RegistryRecords

/// The people of this program's own registry, found through its index.
package struct RegisteredPeople: IdentitySource {
    private let index: PersonIndex
    private let entries: any PersonIndexStore
    private let people: any PersonStore

    package init(index: PersonIndex, entries: any PersonIndexStore, people: any PersonStore) {
        self.index = index
        self.entries = entries
        self.people = people
    }

    package func find(facts: [String: String]) async throws -> String? {
        try await only(index.entry(facts: facts))
    }

    package func find(username: String) async throws -> String? {
        try await only(index.entry(username: username))
    }

    /// Two people with the same facts cannot be told apart, so neither of them is shown by those.
    private func only(_ entry: PersonIndex.Entry) async throws -> String? {
        let found = try await entries.people(at: entry)
        return found.count == 1 ? found[0] : nil
    }

    package func person(id: String, fields: Set<String>) async throws -> PersonRecord? {
        try await people.person(id: id)?.limited(to: fields)
    }

    package func person(id: String) async throws -> PersonRecord? {
        try await people.person(id: id)
    }
}
