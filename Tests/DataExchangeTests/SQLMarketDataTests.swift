import DataMarket
import DataSharing
import Foundation
import SQLStatements
import Testing
import WireFormats

@testable import Storage

@Suite("A market's data in its own database")
struct SQLMarketDataTests {
    private let world = ExchangeWorld()

    private func file(_ rows: SQL...) async throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "members-\(UUID().uuidString).db").path
        let database = try SQLiteDatabase(
            path: path, tables: ["CREATE TABLE members (id TEXT, tier TEXT, points, city TEXT)"])
        for row in rows { try await database.change(row) }
        database.close()
        return path
    }

    private func rows(_ path: String, _ query: String, limit: Int = 100) async throws -> [MarketRow] {
        try await SQLMarketData(database: path, query: query, definition: world.definition, limit: limit).rows()
    }

    private static let query = "SELECT id AS subject, tier, points, city AS \"address.city\" FROM members ORDER BY id"

    @Test("Columns are claims by the definition's types, and NULL is none")
    func reads() async throws {
        let path = try await file(
            "INSERT INTO members VALUES ('a', 'gold', 1200, 'Bern')",
            "INSERT INTO members VALUES ('b', NULL, '7', NULL)")
        #expect(
            try await rows(path, Self.query) == [
                MarketRow(
                    subject: "a", values: ["tier": "gold", "points": 1200, "address": ["city": "Bern"]],
                    place: .row(1)),
                MarketRow(subject: "b", values: ["points": 7], place: .row(2)),
            ])
    }

    @Test("Faults name the row and the claim")
    func faults() async throws {
        let path = try await file(
            "INSERT INTO members VALUES ('a', 'gold', 1, NULL)", "INSERT INTO members VALUES ('b', 'gold', 1.5, NULL)")
        await #expect(throws: MarketDataFault("row 2: points: INTEGER is expected")) {
            try await rows(path, Self.query)
        }
        await #expect(throws: MarketDataFault("a column named subject is expected")) {
            try await rows(path, "SELECT tier FROM members")
        }
        await #expect(throws: MarketDataFault("the definition has no claim for column 2")) {
            try await rows(path, "SELECT id AS subject, id AS other FROM members WHERE id = 'nobody'")
        }
        await #expect(throws: MarketDataFault("more than 1 rows: divide them")) {
            try await rows(path, "SELECT id AS subject FROM members", limit: 1)
        }
        #expect(try await rows(path, "SELECT id AS subject FROM members", limit: 2).count == 2)
    }

    @Test(
        "Nothing but one SELECT without parameters is run",
        arguments: [
            "DELETE FROM members", "DELETE FROM members RETURNING id AS subject", "ATTACH 'x' AS y",
            "SELECT id AS subject FROM members; DELETE FROM members", "SELECT id AS subject FROM members WHERE id = $1",
        ])
    func readsOnly(query: String) async throws {
        let path = try await file("INSERT INTO members VALUES ('a', 'gold', 1, NULL)")
        await #expect(throws: MarketDataFault.self) { try await rows(path, query) }
        #expect(try await rows(path, Self.query).count == 1)
    }

    @Test("What was pushed is known once the hub has it, and until it expires")
    func marks() async throws {
        let store = try world.store()
        #expect(try await store.markKey() == (try await store.markKey()))
        func batch(_ key: String, _ content: UInt8, expiresAt: Int64? = nil) -> PreparedBatch {
            PreparedBatch(
                idempotencyKey: key, path: "/sharing/deposits", body: Array("{}".utf8), digests: [],
                marks: [RowMark(row: [1], content: [content], expiresAt: expiresAt)])
        }
        try await store.prepare(batch("a", 1))
        #expect(try await store.marks(at: 0).isEmpty)
        // As it is when it is read again after a crash: without its marks.
        let read = try #require(try await store.unconfirmed().first)
        try await store.confirm(read)
        #expect(try await store.marks(at: 0) == [[1]: [1]])
        try await store.prepare(batch("b", 2))
        try await store.discard(batch("b", 2))
        #expect(try await store.marks(at: 0) == [[1]: [1]])
        try await store.prepare(batch("c", 3, expiresAt: 100))
        try await store.confirm(batch("c", 3, expiresAt: 100))
        #expect(try await store.marks(at: 99) == [[1]: [3]])
        #expect(try await store.marks(at: 100).isEmpty)
    }
}
