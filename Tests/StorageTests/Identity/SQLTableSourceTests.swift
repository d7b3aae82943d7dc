import CSQLite
import Foundation
import IdentityRegistry
import PersonAuthentication
import RegistryRecords
import Testing

@testable import Storage

@Suite("People in somebody else's SQLite database")
struct SQLTableSourceTests {
    private static let schema = RegistrySchema(
        idField: "id",
        fields: [
            .init(name: "name", type: .text, isRequired: true), .init(name: "born", type: .date, isRequired: false),
            .init(name: "credits", type: .integer, isRequired: false),
            .init(name: "honours", type: .boolean, isRequired: false),
            .init(name: "languages", type: .list, isRequired: false),
            .init(name: "portrait", type: .image, isRequired: false),
        ])

    private static let knowledge = [
        KnowledgeField(name: "name", label: [:], input: .text, normalization: [.letterCase]),
        KnowledgeField(name: "born", label: [:], input: .date, normalization: []),
    ]

    private static let person = "SELECT name, born, credits, honours, languages, portrait, secret FROM p WHERE id = $1"
    private static let match = "SELECT id FROM p WHERE lower(name) = $1 AND born = $2"
    private static let username = "SELECT id FROM p WHERE login = $1;"

    private let folder: TestFolder
    private var path: String { folder.url.appending(path: "people.db").path }

    init() throws {
        folder = try TestFolder()
        try execute(
            """
            CREATE TABLE p (id TEXT, login TEXT, name TEXT, born TEXT, credits INTEGER, honours INTEGER,
                languages TEXT, portrait BLOB, secret TEXT);
            INSERT INTO p VALUES ('1', 'anna', 'Anna', '2001-02-03', 40, 1, 'en;ar', x'FFD8FFE001', 'x');
            INSERT INTO p VALUES ('2', 'ben', 'Ben', NULL, NULL, 0, '', NULL, 'x');
            INSERT INTO p VALUES ('3', 'cem', 'Cem', '2003-01-01', NULL, NULL, NULL, NULL, 'x');
            INSERT INTO p VALUES ('4', 'cem', 'Cem', '2003-01-01', NULL, NULL, NULL, NULL, 'x');
            INSERT INTO p VALUES ('5', 'dup', 'Dup', '2003-01-01', NULL, NULL, NULL, NULL, 'x');
            INSERT INTO p VALUES ('5', 'dup', 'Dup', '2003-01-01', NULL, NULL, NULL, NULL, 'x');
            INSERT INTO p VALUES ('a b', 'bad', 'Bad', '2003-01-01', 'many', NULL, NULL, NULL, 'x');
            INSERT INTO p VALUES ('6', 'odd', 'Odd', 'in May', NULL, NULL, NULL, NULL, 'x');
            """)
    }

    private func execute(_ text: String) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        try #require(sqlite3_open(path, &handle) == SQLITE_OK)
        try #require(sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK)
    }

    private func source(
        person: String = person, match: String? = match, username: String? = username
    ) -> SQLTableSource {
        SQLTableSource(
            path: path, statements: .init(person: person, match: match, username: username), schema: Self.schema,
            knowledge: Self.knowledge)
    }

    @Test("People are found by facts and usernames, normalized as configured")
    func found() async throws {
        try source().check()
        #expect(try await source().find(facts: ["name": " ANNA ", "born": "2001/2/3"]) == "1")
        #expect(try await source().find(username: " Anna") == "1")
        #expect(try await source().find(username: "dup") == "5")
    }

    @Test("Nobody is found by wrong or missing facts, and of several people none")
    func nobody() async throws {
        for facts in [
            ["name": "Anna", "born": "2001-02-04"], ["name": "Anna"], ["name": "Anna", "born": ""],
            ["name": "Cem", "born": "2003-01-01"], ["name": "' OR 1=1 --", "born": "2001-02-03"], [:],
        ] {
            #expect(try await source().find(facts: facts) == nil)
        }
        for username in ["nobody", "", "cem", "' OR '1'='1"] {
            #expect(try await source().find(username: username) == nil)
        }
        let neither = source(match: nil, username: nil)
        try neither.check()
        #expect(try await neither.find(username: "anna") == nil)
        #expect(try await neither.find(facts: ["name": "Anna", "born": "2001-02-03"]) == nil)
    }

    @Test("Columns are values of the schema's types, and only those asked for are given")
    func records() async throws {
        let anna = try await source().person(id: "1")
        #expect(
            anna
                == PersonRecord(
                    id: "1",
                    fields: [
                        "name": .text("Anna"), "born": .date(try #require(FullDate("2001-02-03"))),
                        "credits": .integer(40), "honours": .boolean(true), "languages": .list(["en", "ar"]),
                        "portrait": .image(try #require(ImageData(file: [0xFF, 0xD8, 0xFF, 0xE0, 1]))),
                    ]))
        #expect(try await source().person(id: "2")?.fields == ["name": .text("Ben"), "honours": .boolean(false)])
        #expect(
            try await source().person(id: "1", fields: ["credits", "secret", "id"])?.fields
                == ["credits": .integer(40)])
        #expect(try await source().person(id: "nobody") == nil)
    }

    @Test(
        "Statements that would change something, or are not what they have to be, are refused at start and later",
        arguments: [
            ("UPDATE p SET name = 'x' WHERE id = $1 RETURNING name", SQLSourceFault.notReadOnly("person")),
            ("DELETE FROM p WHERE id = $1", .notReadOnly("person")),
            ("SELECT 1 WHERE $1; DROP TABLE p", .severalStatements("person")),
            ("ATTACH $1 AS other", .noColumns("person")), ("BEGIN", .noColumns("person")),
            ("SELECT 1", .parameters(statement: "person", count: 1)),
            ("SELECT $1, $2", .parameters(statement: "person", count: 1)),
            ("SELECT $2", .parameters(statement: "person", count: 1)),
            ("SELECT ?", .parameters(statement: "person", count: 1)),
            ("", .malformed(statement: "person", message: "empty")),
            ("SELECT name FROM q WHERE id = $1", .malformed(statement: "person", message: "no such table: q")),
        ])
    func refusedStatements(text: String, fault: SQLSourceFault) async throws {
        #expect(throws: fault) { try source(person: text).check() }
        await #expect(throws: SourceUnavailable.self) { try await source(person: text).person(id: "1") }
        #expect(try await source().find(username: "anna") == "1")
    }

    @Test("A match has to use every fact that is asked for")
    func unusedFact() {
        #expect(throws: SQLSourceFault.parameters(statement: "match", count: 2)) {
            try source(match: "SELECT id FROM p WHERE name = $1").check()
        }
        #expect(throws: SQLSourceFault.parameters(statement: "username", count: 1)) {
            try source(username: "SELECT id FROM p").check()
        }
    }

    @Test("A missing, locked or damaged file counts as no answer, and comes back")
    func unavailable() async throws {
        let away = folder.url.appending(path: "away.db").path
        try FileManager.default.moveItem(atPath: path, toPath: away)
        await #expect(throws: SourceUnavailable.self) { try await source().find(username: "anna") }
        #expect(!FileManager.default.fileExists(atPath: path))
        try Data(repeating: 7, count: 5000).write(to: URL(filePath: path))
        await #expect(throws: SourceUnavailable.self) { try await source().find(username: "anna") }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: away, toPath: path)
        #expect(try await source().find(username: "anna") == "1")

        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        try #require(sqlite3_open(path, &handle) == SQLITE_OK)
        try #require(sqlite3_exec(handle, "BEGIN EXCLUSIVE", nil, nil, nil) == SQLITE_OK)
        let failure = await #expect(throws: SourceUnavailable.self) { try await source().find(username: "anna") }
        #expect(failure?.description == "the database cannot be read: database is locked")
        #expect(throws: SQLSourceFault.unreadable("database is locked")) { try source().check() }
        try #require(sqlite3_exec(handle, "COMMIT", nil, nil, nil) == SQLITE_OK)
        #expect(try await source().find(username: "anna") == "1")
    }

    @Test("Values that the schema does not allow count as no answer, and are not repeated")
    func malformedValues() async throws {
        let failure = await #expect(throws: SourceUnavailable.self) { try await source().person(id: "6") }
        #expect(failure?.description == "person gives a malformed born: not a date written as YYYY-MM-DD")
        #expect(try await source().person(id: "6", fields: ["name"])?.fields == ["name": .text("Odd")])
        await #expect(throws: SourceUnavailable.self) { try await source().find(username: "bad") }
        await #expect(throws: SourceUnavailable.self) { try await source().person(id: "a b", fields: ["credits"]) }
    }
}
