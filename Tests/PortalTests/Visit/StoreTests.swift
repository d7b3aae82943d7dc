import Foundation
import Portal
import SQLStatements
import Testing

@testable import Storage

@Suite("Store of visits")
struct StoreTests {
    private let disk: TestDatabase
    private let store: SQLPortalVisits
    private let now = TestCredentials.start

    init() throws {
        disk = try TestDatabase()
        store = SQLPortalVisits(database: disk.database)
    }

    private func visit(_ id: UInt8, _ sealed: [UInt8] = [1], lasting seconds: TimeInterval = 60) -> SealedVisit {
        SealedVisit(id: [id], sealed: sealed, expiresAt: now.addingTimeInterval(seconds))
    }

    @Test
    func `a visit is there until its time is over`() async throws {
        try await store.insert(visit(1))
        #expect(try await store.visit([1], at: now) == visit(1))
        #expect(try await store.visit([1], at: now.addingTimeInterval(59.9)) == visit(1))
        #expect(try await store.visit([1], at: now.addingTimeInterval(60)) == nil)
        #expect(try await store.visit([2], at: now) == nil)
    }

    @Test
    func `only what is still the same is replaced`() async throws {
        try await store.insert(visit(1))
        #expect(try await store.replace(visit(1, [9]), with: visit(1, [2])) == false)
        #expect(try await store.replace(visit(2), with: visit(2, [2])) == false)
        #expect(try await store.replace(visit(1), with: visit(1, [2], lasting: 10)))
        #expect(try await store.replace(visit(1), with: visit(1, [3])) == false)
        #expect(try await store.visit([1], at: now) == visit(1, [2], lasting: 10))
    }

    @Test
    func `of many who replace it one does`() async throws {
        try await store.insert(visit(1))
        let count = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 2..<20 {
                group.addTask { try await store.replace(visit(1), with: visit(1, [UInt8(number)])) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(count == 1)
    }

    @Test
    func `deleting leaves the others`() async throws {
        try await store.insert(visit(1))
        try await store.insert(visit(2))
        try await store.delete([1])
        try await store.delete([3])
        #expect(try await disk.visits() == [visit(2)])
    }

    @Test
    func `what is over is swept, however much`() async throws {
        let end = now.microseconds
        try await disk.database.write(
            (0..<1100).map { number in
                SQLStatement(
                    "INSERT INTO portal_visits (id, sealed, expires_at) VALUES ($1, $2, $3)",
                    .bytes([UInt8(number / 256), UInt8(number % 256)]), .bytes([1]), .integer(end))
            })
        try await store.insert(visit(7))
        #expect(try await store.sweep(at: now) == 1100)
        #expect(try await disk.visits() == [visit(7)])
        #expect(try await store.sweep(at: now) == 0)
    }
}
