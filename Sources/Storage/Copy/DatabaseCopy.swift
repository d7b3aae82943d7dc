import Crypto
package import SQLStatements

/// Moves an installation from one database to another, whatever their engines.
package struct DatabaseCopy: Sendable {
    let source: any SQLDatabase
    let target: any SQLDatabase

    /// Rows that are read and written together.
    static let portion = 500

    package init(from source: any SQLDatabase, to target: any SQLDatabase) {
        self.source = source
        self.target = target
    }

    /// What a table holds. Tables with the same rows have the same sum, whatever order they stand in.
    package struct Content: Sendable, Equatable {
        package let table: String
        package var rows = 0
        fileprivate var sum = RowSum()

        /// The sum of the rows' SHA-256 hashes, in hexadecimal.
        package var checksum: String { sum.text }
    }

    /// What a table held when it was read, what it holds in the target, and in the source once everything was copied.
    package struct Copied: Sendable {
        package let source: Content
        package let target: Content
        package let sourceAfterwards: Content

        /// The target has what the source has, and nothing was changed meanwhile.
        package var isGood: Bool { source == target && source == sourceAfterwards }
    }

    /// The tables of the target that have rows. A copy is made into a database that has none, or goes on with one that
    /// was interrupted.
    package func filledTables() async throws(DatabaseFailure) -> [String] {
        var filled: [String] = []
        for table in CopiedTable.all
        where !(try await page(of: table, after: table.first, in: target, limit: 1).isEmpty) {
            filled.append(table.name)
        }
        return filled
    }

    /// Copies every table, then reads both databases again and compares. Rows that are there already stay as they are.
    package func run() async throws(DatabaseFailure) -> [Copied] {
        var read: [Content] = []
        for table in CopiedTable.all {
            let target = target
            read.append(
                try await each(of: table, in: source) { rows throws(DatabaseFailure) in
                    try await target.write(rows.map { SQLStatement(table.insert, parameters: $0.columns) })
                })
        }
        var copied: [Copied] = []
        for (table, content) in zip(CopiedTable.all, read) {
            copied.append(
                Copied(
                    source: content, target: try await each(of: table, in: target),
                    sourceAfterwards: try await each(of: table, in: source)))
        }
        return copied
    }

    private func each(
        of table: CopiedTable, in database: any SQLDatabase,
        _ act: ([SQLRow]) async throws(DatabaseFailure) -> Void = { _ throws(DatabaseFailure) in }
    ) async throws(DatabaseFailure) -> Content {
        var content = Content(table: table.name)
        var key = table.first
        while true {
            let rows = try await page(of: table, after: key, in: database, limit: Self.portion)
            guard let last = rows.last else { return content }
            for row in rows { content.sum.add(row) }
            content.rows += rows.count
            try await act(rows)
            key = table.key.map { last.columns[$0] }
        }
    }

    private func page(
        of table: CopiedTable, after key: [SQLValue], in database: any SQLDatabase, limit: Int
    ) async throws(DatabaseFailure) -> [SQLRow] {
        try await database.query(SQLStatement(table.select, parameters: key + [.integer(Int64(limit))]))
    }
}

/// The sum of hashes of rows, each taken as four numbers.
private struct RowSum: Sendable, Equatable {
    private var words: [UInt64] = [0, 0, 0, 0]

    mutating func add(_ row: SQLRow) {
        var hash = SHA256()
        for value in row.columns {
            switch value {
            case .null: hash.update(data: [0])
            case .integer(let number): Self.update(&hash, 1, withUnsafeBytes(of: number.bigEndian) { Array($0) })
            case .text(let text): Self.update(&hash, 2, Array(text.utf8))
            case .bytes(let bytes): Self.update(&hash, 3, bytes)
            }
        }
        hash.finalize().withUnsafeBytes { digest in
            for index in 0..<4 {
                words[index] &+= UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
            }
        }
    }

    /// The kind and the length before the bytes: no two rows look alike.
    private static func update(_ hash: inout SHA256, _ kind: UInt8, _ bytes: [UInt8]) {
        hash.update(data: [kind] + withUnsafeBytes(of: Int64(bytes.count).bigEndian) { Array($0) })
        hash.update(data: bytes)
    }

    var text: String {
        words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
