import Crypto
import PersonAuthentication
import RegistryRecords
import Testing

@testable import IdentityRegistry

@Suite("The index of people")
struct PersonIndexTests {
    private static let keys = IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 1, count: 32)))
    private static let number = field("number", [.letterCase, .punctuation])
    private static let name = field("name", [.letterCase, .accents])

    private static func field(
        _ name: String, _ steps: [KnowledgeField.Normalization], _ input: KnowledgeField.Input = .text
    ) -> KnowledgeField {
        KnowledgeField(name: name, label: [:], input: input, normalization: steps)
    }

    private func index(
        _ usernames: [String] = ["email"], _ knowledge: [KnowledgeField] = [number, name], keys: IdentityKeys = keys
    ) -> PersonIndex {
        PersonIndex(usernameFields: usernames, knowledge: knowledge, keys: keys)
    }

    private let anna = PersonRecord(
        id: "1", fields: ["number": .text("AB-12"), "name": .text("Ánna"), "email": .text("Anna@Example.org")])

    @Test("Somebody is found by all facts and by the username, however those are written")
    func found() {
        let entries = index().entries(for: anna)
        #expect(entries.count == 2)
        #expect(entries.contains(index().entry(facts: ["number": "ab 12", "name": " ANNA "])))
        #expect(entries.contains(index().entry(username: "anna@example.ORG ")))
    }

    @Test(
        "One wrong or missing fact, and nobody is found",
        arguments: [
            ["number": "ab 13", "name": "anna"], ["number": "ab 12", "name": "ann"], ["number": "ab 12"],
            ["number": "ab 12", "name": ""], ["number": "anna", "name": "ab 12"], [:],
            ["number": "ab12a", "name": "nna"],
        ])
    func notFound(facts: [String: String]) {
        #expect(!index().entries(for: anna).contains(index().entry(facts: facts)))
    }

    @Test("Who lacks a fact is not in the index by knowledge; who lacks the username not by that")
    func lacking() {
        var record = anna
        record.fields["name"] = nil
        #expect(index().entries(for: record).map(\.kind) == [.username])
        record.fields["name"] = .text(" ")
        record.fields["email"] = .text("")
        #expect(index().entries(for: record).isEmpty)
        #expect(index([], []).entries(for: anna).isEmpty)
    }

    @Test("Several fields may be usernames, and the same text in two of them is one entry")
    func usernames() {
        var record = anna
        record.fields["alias"] = .text("anna@example.org")
        #expect(index(["email", "number", "alias"], []).entries(for: record).count == 2)
    }

    @Test("Facts cannot be moved from one field into the next")
    func boundaries() {
        let entries = [("ab", "c"), ("a", "bc"), ("", "abc")].map { index().entry(facts: ["number": $0, "name": $1]) }
        #expect(Set(entries).count == 3)
    }

    @Test("Other keys make other entries, and usernames are no facts")
    func keys() {
        let other = IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 2, count: 32)))
        #expect(index().entries(for: anna).isDisjoint(with: index(keys: other).entries(for: anna)))
        #expect(index([], [Self.name]).entry(facts: ["name": "x"]).mac != index().entry(username: "x").mac)
    }

    @Test("The fingerprint changes with everything that the entries depend on, and with nothing else")
    func fingerprint() {
        let other = IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 2, count: 32)))
        let different = [
            index(), index(["email", "alias"]), index([]), index(["email"], [Self.number]),
            index(["email"], [Self.number, Self.field("name", [])]),
            index(["email"], [Self.number, Self.field("name", [.letterCase, .accents], .date)]),
            index(["email", "name"], [Self.number]), index(keys: other),
        ]
        #expect(Set(different.map(\.fingerprint)).count == different.count)
        #expect(index(["email"], [Self.name, Self.number]).fingerprint == index().fingerprint)
        #expect(index(["email"], [Self.name, Self.number]).entries(for: anna) == index().entries(for: anna))
    }
}
