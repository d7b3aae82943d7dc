import Foundation
import OAuth
import RegistryRecords
import SQLStatements
import Storage
import Testing

/// What somebody finds who has the database file alone.
@Suite struct AtRestTests {
    @Test("Neither names nor claims stand in the file, in the log beside it, or after a checkpoint")
    func sealsPersonalData() async throws {
        let test = try await TestDatabase()
        let person = PersonRecord(
            id: "p-1", fields: ["given_name": .text("Zubeida"), "family_name": .text("Quinemarker")])
        _ = try await test.people.upsert([person])
        let offer = try await test.insertRedeemedOffer(claims: #"{"given_name":"Pushkina","city":"Northmarker"}"#)

        // Proof that the test would see them: the offer's row is in the bytes.
        try await expectNoNames(in: test, butHas: offer.bytes)
        try await test.database.change("INSERT INTO spent_nonces (id) VALUES ($1)", .bytes([1]))
        await test.database.close()
        await test.otherProcess.close()
        try checkpoint(test.location)
        try await expectNoNames(in: test, butHas: offer.bytes)

        let reopened = try await test.reopen()
        let people = SQLPersonStore(database: reopened, sealer: test.sealer) { TestDatabase.now }
        #expect(try await people.person(id: "p-1") == person)
        await reopened.close()
    }

    @Test("A sealed record that was moved to another person does not open")
    func bindsRecordsToPersons() async throws {
        let test = try await TestDatabase()
        _ = try await test.people.upsert([
            PersonRecord(id: "p-1", fields: ["a": .text("x")]), PersonRecord(id: "p-2", fields: ["a": .text("y")]),
        ])
        try await test.database.change(
            "UPDATE people SET sealed_record = (SELECT sealed_record FROM people WHERE id = 'p-1') WHERE id = 'p-2'")
        await #expect(throws: (any Error).self) { try await test.people.person(id: "p-2") }
        #expect(try await test.people.person(id: "p-1") != nil)
    }

    /// The last connection to close moves the log into the file.
    private func checkpoint(_ location: DatabaseLocation) throws {
        guard case .file(let path) = location else { return }
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
    }

    private func expectNoNames(in test: TestDatabase, butHas marker: [UInt8]) async throws {
        let bytes = try await test.storedBytes()
        #expect(bytes.range(of: Data(marker)) != nil)
        for name in ["Zubeida", "Quinemarker", "Pushkina", "Northmarker", "given_name"] {
            #expect(bytes.range(of: Data(name.utf8)) == nil, "\(name)")
        }
    }
}
