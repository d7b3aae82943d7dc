import Anchoring
import Foundation
import SQLStatements
import Storage
import Synchronization
import TestDatabases

/// Workers over one database and one chain, with a clock and a log that the test moves on.
final class WorkerBench: Sendable {
    private struct State {
        var now = Date(timeIntervalSince1970: 1_795_132_800)
        var checkpoint: (size: UInt64, root: [UInt8])?
        var events: [String] = []
    }

    let chain = FakeChain()
    let store: SQLAnchorStore
    private let folder: URL
    private let database: any SQLDatabase
    private let state = Mutex(State())

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-anchoring-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let location = try TestStore.fresh(in: folder)
        database = try await location.open(at: Date(timeIntervalSince1970: 1_795_132_800), logger: .silent)
        store = SQLAnchorStore(database: database)
    }

    deinit {
        let (database, folder) = (database, folder)
        // Closing is asynchronous where the database is a server.
        Task {
            await database.close()
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// A worker of a process of its own.
    func worker(_ holder: UInt8 = 1) -> AnchorWorker {
        AnchorWorker(
            chain: chain, store: store,
            policy: .init(interval: .seconds(600), confirmations: 3, stuckAfter: .seconds(900)), holder: [holder],
            checkpoint: { [self] in state.withLock(\.checkpoint) }, now: { [self] in state.withLock(\.now) },
            tell: { [self] event in state.withLock { $0.events.append(Self.name(event)) } })
    }

    private static func name(_ event: AnchorEvent) -> String {
        let text = String(describing: event)
        return String(text.prefix { $0 != "(" })
    }

    func publish(_ size: UInt64, root: UInt8? = nil) {
        state.withLock { $0.checkpoint = (size, Self.root(root ?? UInt8(truncatingIfNeeded: size))) }
    }

    func wait(_ seconds: TimeInterval) { state.withLock { $0.now += seconds } }

    var now: Date { state.withLock(\.now) }

    /// What was told since the last time.
    func events() -> [String] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    func states() async throws -> [AnchorRecord.State] { try await store.newest(100).reversed().map(\.state) }

    static func root(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    static func commitment(_ size: UInt64) -> AnchorCommitment? {
        AnchorCommitment(size: size, root: root(UInt8(truncatingIfNeeded: size)))
    }
}
