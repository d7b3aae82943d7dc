import Crypto
import Foundation
import PersonAuthentication
import RegistryRecords
import Testing
import WireFormats

@testable import IdentityRegistry

/// The sample people log in with what `people.json` says.
@Suite("Sample logins")
struct SampleLoginTests {
    private static let schema = RegistrySchema(
        idField: "id",
        fields: ["email", "student_number", "family_name"].map { .init(name: $0, type: .text, isRequired: true) }
            + [.init(name: "birth_date", type: .date, isRequired: true)])

    private static let index = PersonIndex(
        usernameFields: ["email"],
        knowledge: [
            KnowledgeField(
                name: "student_number", label: [:], input: .text, normalization: [.letterCase, .punctuation]),
            KnowledgeField(
                name: "family_name", label: [:], input: .text, normalization: [.letterCase, .accents, .punctuation]),
            KnowledgeField(name: "birth_date", label: [:], input: .date, normalization: []),
        ], keys: IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 1, count: 32))))

    private func file(_ name: String) throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return Array(try Data(contentsOf: root.appending(path: "Sources/vouchsafe/Sample/" + name)))
    }

    private func students() throws -> [PersonRecord] {
        try RegistryImport(schema: Self.schema, imageFile: sampleImage).read(file("students.csv"), as: .csv).records
    }

    private func logins() throws -> ImportOutcome {
        try RegistryImport(
            schema: RegistrySchema(idField: "id", fields: []),
            secretColumns: SecretColumns(password: "password", pin: "pin"), imageFile: sampleImage
        ).read(file("logins.json"), as: .json)
    }

    private func people() throws -> [JSON] {
        try #require(JSON(parsing: file("people.json"), limits: JSONLimits(depth: 8, values: 1000)).array)
    }

    @Test("Each is found by username and facts, and nobody else is, in capitals too")
    func found() throws {
        var people: [PersonIndex.Entry: [String]] = [:]
        for record in try students() {
            for entry in Self.index.entries(for: record) { people[entry, default: []].append(record.id) }
        }
        for person in try self.people() {
            let id = try #require(person["id"]?.string)
            let username = try #require(person["username"]?.string)
            let facts = try #require(person["facts"]?.object).members.reduce(into: [String: String]()) {
                $0[$1.name] = $1.value.string
            }
            #expect(people[Self.index.entry(username: username.uppercased())] == [id])
            #expect(people[Self.index.entry(facts: facts)] == [id])
            #expect(people[Self.index.entry(facts: facts.mapValues { $0.uppercased() })] == [id])
        }
    }

    @Test("Their passwords and PINs are those of the hashes that the sample server starts with")
    func hashes() async throws {
        let logins = try logins()
        #expect(logins.rejections == [])
        let hasher = SecretHasher(
            pool: HashingPool(), keys: IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 1, count: 32))))
        let people = try people()
        #expect(people.count == 6)
        #expect(logins.secrets.map(\.person) == people.compactMap { $0["id"]?.string })
        for (person, login) in zip(people, logins.secrets) {
            for kind in SecretKind.allCases {
                let secret = try #require(person[kind.rawValue]?.string)
                #expect(throws: Never.self) { try kind.check(secret) }
                guard case .hash(let hash)? = login.secrets[kind] else {
                    Issue.record("a hash is expected")
                    continue
                }
                #expect(hash.pepperID == nil)
                #expect(hash.parameters == (kind == .pin ? .pin : .password))
                #expect(try await hasher.verify(secret, against: hash, as: kind))
            }
        }
    }
}
