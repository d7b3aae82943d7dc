import PostgreSQL
import SQLStatements
import Synchronization
import Testing

/// Inserts from 16 tasks, with what was acknowledged.
final class InsertingWork: Sendable {
    private let database: PostgreSQLDatabase
    private let state = Mutex((next: Int64(0), acknowledged: Set<Int64>(), unknown: Set<Int64>()))
    private static let insert: SQL = "INSERT INTO things (id) VALUES ($1)"

    init(_ database: PostgreSQLDatabase) { self.database = database }

    func run(count: Int64, disturbing: @escaping @Sendable (Int64) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask { [self] in
                    while true {
                        let id = state.withLock { state in
                            state.next += 1
                            return state.next
                        }
                        if id > count { return }
                        if id % 10 == 0 { try await disturbing(id) }
                        await insert(id)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func insert(_ id: Int64) async {
        // Two statements for each second number, which are then both there or both not.
        let first = SQLStatement(Self.insert, .integer(2 * id), expecting: .oneRow)
        let second = SQLStatement(Self.insert, .integer(2 * id + 1))
        do throws(DatabaseFailure) {
            _ = try await database.run(.writing(first, second))
            state.withLock { _ = $0.acknowledged.insert(id) }
        } catch {
            #expect(error.kind == .outcomeUnknown, "\(error)")
            state.withLock { _ = $0.unknown.insert(id) }
        }
    }

    /// Everything acknowledged is there once, and of what is not known both or none.
    func check() async throws {
        let found = Set(try await database.rows("SELECT id FROM things").map { $0.integer(0) })
        let (_, acknowledged, unknown) = state.withLock { $0 }
        #expect(acknowledged.count > unknown.count)
        for id in acknowledged { #expect(found.contains(2 * id) && found.contains(2 * id + 1)) }
        for id in unknown { #expect(found.contains(2 * id) == found.contains(2 * id + 1)) }
        print("acknowledged \(acknowledged.count), not known \(unknown.count)")
    }
}
