package import PersonAuthentication
package import RegistryRecords

/// Finds people by what they type, without the index saying anything about them: its entries are MACs.
///
/// An entry stands for all facts of the knowledge check together, so that one read answers, and the same one whichever
/// fact is wrong.
package struct PersonIndex: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case knowledge
        case username
    }

    /// What the index has for a person, or what is looked for in it.
    package struct Entry: Sendable, Hashable {
        package let kind: Kind
        /// 32 bytes.
        package let mac: [UInt8]

        package init(kind: Kind, mac: [UInt8]) {
            (self.kind, self.mac) = (kind, mac)
        }
    }

    private let usernameFields: [String]
    private let knowledge: [KnowledgeField]
    private let digest: KeyedDigest

    /// - Parameters:
    ///   - usernameFields: the registry's fields whose texts people type as their username.
    ///   - knowledge: the facts that are asked for; empty if none are.
    package init(usernameFields: [String], knowledge: [KnowledgeField], keys: IdentityKeys) {
        self.usernameFields = usernameFields
        self.knowledge = knowledge
        digest = keys.index
    }

    // MARK: What people type

    package func entry(username: String) -> Entry {
        entry(canonicalUsername: Self.canonical(username: username) ?? "")
    }

    /// Nobody's if a fact is missing: that is looked for all the same.
    package func entry(facts: [String: String]) -> Entry {
        let typed = knowledge.map { field in (field.name, facts[field.name].flatMap { field.canonical($0) } ?? "") }
        return entry(canonicalFacts: typed)
    }

    // MARK: What the registry has

    /// The entries of a person. Who lacks one of the facts has none for the knowledge check.
    package func entries(for record: PersonRecord) -> Set<Entry> {
        var entries: Set<Entry> = []
        for field in usernameFields {
            guard case .text(let text)? = record.fields[field], let username = Self.canonical(username: text) else {
                continue
            }
            entries.insert(entry(canonicalUsername: username))
        }
        let facts = knowledge.compactMap { field in
            record.fields[field.name].flatMap { field.canonical($0) }.map { (field.name, $0) }
        }
        if !facts.isEmpty, facts.count == knowledge.count { entries.insert(entry(canonicalFacts: facts)) }
        return entries
    }

    /// Stands for everything that the entries depend on: with another one, all of them have to be made again.
    package var fingerprint: [UInt8] {
        let fields = knowledge.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.flatMap { field in
            [field.name, field.input.rawValue, field.normalization.map(\.rawValue).sorted().joined(separator: " ")]
        }
        let parts = [String(Self.version), String(usernameFields.count)] + usernameFields.sorted() + fields
        return digest.mac("fingerprint", parts.map { Array($0.utf8) })
    }

    /// Of the normalization: another one makes other entries.
    private static let version = 1

    // MARK: Canonical forms

    /// Without difference of letter case; nil for texts that are nobody's.
    static func canonical(username: String) -> String? {
        guard username.utf8.count <= 1024 else { return nil }
        let text = TextNormalization.normalize(username, [.letterCase])
        return text.isEmpty ? nil : text
    }

    private func entry(canonicalUsername: String) -> Entry {
        Entry(kind: .username, mac: digest.mac("username", canonicalUsername))
    }

    private func entry(canonicalFacts facts: [(name: String, value: String)]) -> Entry {
        let sorted = facts.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return Entry(
            kind: .knowledge,
            mac: digest.mac("knowledge", sorted.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] })
        )
    }
}

/// Where the entries of the index are kept, written together with the records they are of.
package protocol PersonIndexStore: Sendable {
    /// Who has the entry: one read, at most two people.
    func people(at entry: PersonIndex.Entry) async throws -> [String]
}
