import Foundation
import Logging
import SQLStatements
import TestDatabases
import Testing

@testable import Storage

/// Moving an installation to another database.
@Suite struct DatabaseCopyTests {
    private let folder: TestFolder
    private let source: any SQLDatabase
    private let target: any SQLDatabase

    init() async throws {
        folder = try TestFolder()
        // Always from a file; to a server where the tests run on one.
        source = try SQLiteDatabase(path: folder.url.appending(path: "source.db").path, at: TestDatabase.now)
        target = try await TestStore.fresh(in: folder.url).open(at: TestDatabase.now, logger: .silent)
    }

    /// A row in every table, and many in one.
    private func fill() async throws {
        for table in CopiedTable.all {
            let columns = try await columns(of: table.name)
            for index in 0..<3 {
                let values = columns.enumerated().map { position, type -> SQLValue in
                    switch type {
                    case "TEXT": .text("text \(index) ö \(position)")
                    case "BYTEA":
                        index == 2 && !table.key.contains(position) ? .bytes([]) : .bytes([UInt8(index), 0, 255])
                    default: .integer(Int64(index) - 1)
                    }
                }
                try await source.write(SQLStatement(table.insert, parameters: values))
            }
        }
        for start in stride(from: 0, to: 1300, by: 100) {
            try await source.write((start..<start + 100).map { DatabaseTests.spending(DatabaseTests.id($0)) })
        }
    }

    private func columns(of table: String) async throws -> [String] {
        try await source.all(
            "SELECT c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.name = $1 ORDER BY c.cid",
            .text(table)
        ) { $0.text(0) }
    }

    @Test("Every table is copied, with every column, and the sums agree")
    func copiesAll() async throws {
        let tables = try await source.all(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_migrations'"
        ) { $0.text(0) }
        #expect(Set(tables) == Set(CopiedTable.all.map(\.name)))
        for table in CopiedTable.all {
            let count = try await columns(of: table.name).count
            #expect(table.insert.text.description.contains("$\(count))"), "\(table.name)")
        }
        try await fill()
        let copy = DatabaseCopy(from: source, to: target)
        #expect(try await copy.filledTables() == [])
        let copied = try await copy.run()
        #expect(copied.allSatisfy { $0.isGood })
        #expect(copied.first { $0.source.table == "spent_nonces" }?.target.rows == 1303)
        #expect(try await copy.filledTables().count == CopiedTable.all.count)
        // And back: what came over is what was there.
        let back = try SQLiteDatabase(path: folder.url.appending(path: "back.db").path, at: TestDatabase.now)
        let returned = try await DatabaseCopy(from: target, to: back).run()
        #expect(returned.allSatisfy { $0.isGood })
        #expect(returned.map(\.source) == copied.map(\.source))
        back.close()
        await target.close()
    }

    @Test("A copy that was interrupted goes on; a row that is not the source's is told")
    func goesOn() async throws {
        try await fill()
        let copy = DatabaseCopy(from: source, to: target)
        try await target.write(DatabaseTests.spending(DatabaseTests.id(7)))
        #expect(try await copy.filledTables() == ["spent_nonces"])
        #expect(try await copy.run().allSatisfy { $0.isGood })
        try await target.write(DatabaseTests.spending([9, 9]))
        let bad = try await copy.run().filter { !$0.isGood }
        #expect(bad.map(\.source.table) == ["spent_nonces"])
        await target.close()
    }

    @Test("A source that changes meanwhile is told")
    func tellsChange() async throws {
        try await fill()
        let source = source
        let slow = InterruptedDatabase(target, before: "INSERT INTO portal_visits") {
            try await source.write(DatabaseTests.spending([8, 8]))
        }
        let bad = try await DatabaseCopy(from: source, to: slow).run().filter { !$0.isGood }
        #expect(bad.map(\.source.table) == ["spent_nonces"])
        #expect(bad[0].source == bad[0].target)
        #expect(bad[0].sourceAfterwards.rows == bad[0].source.rows + 1)
        await target.close()
    }
}
