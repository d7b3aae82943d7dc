import Crypto
import Foundation
import SQLStatements
import Storage
import Synchronization
import Testing
import TransparencyLog

@Suite("The ledger over SQL")
struct SQLLedgerTests {
    let sample: SampleLedger
    init() async throws { sample = try await SampleLedger() }

    @Test("entries get indexes in one sequence, and every one of them is proven")
    func appends() async throws {
        let ledger = try await sample.open()
        let verifier = try #require(LedgerVerifier(logKey: ledger.logKey, witnesses: .none))
        #expect(try await ledger.published()?.head == .empty)
        #expect(try await ledger.proof(0) == nil)
        let entries = try (0..<600).map { try SampleLedger.pending($0) }
        try await sample.push(entries)
        try await ledger.integrateAll()
        #expect(try await ledger.published()?.head.size == 600)
        var indexes: Set<UInt64> = []
        for entry in entries {
            let index = try #require(try await ledger.knownIndex(of: entry.id))
            indexes.insert(index)
            guard index % 37 == 0 || index > 590 else { continue }
            let receipt = try #require(try await ledger.receipt(index))
            #expect(receipt.entry == entry.entry.bytes)
            let verified = try verifier.verify(receipt)
            #expect(verified.index == index)
            #expect(verified.head.size == 600)
        }
        #expect(indexes == Set(0..<600))
        #expect(try await ledger.proof(600) == nil)
        let served = try await ledger.servedEntries()
        #expect(served.count == 600)
        #expect(try await ledger.published()?.head.root == SQLLedger.root(of: served))
        #expect(try await sample.test.count("SELECT COUNT(*) FROM ledger_pending") == 0)
    }

    @Test("a batch takes no more than it may, and the next goes on from it")
    func batches() async throws {
        let ledger = try await sample.open()
        try await sample.push((0..<SQLLedger.batchSize + 5).map { try SampleLedger.pending($0) })
        #expect(try await ledger.integrate() == .appended(SQLLedger.batchSize))
        #expect(try await ledger.integrate() == .appended(5))
        #expect(try await ledger.integrate() == .nothing)
        // Another process finds the same log, from its tiles alone.
        let other = try await sample.open(sample.test.otherProcess)
        try await sample.push([SampleLedger.pending(-1)])
        #expect(try await other.integrate() == .appended(1))
        try await sample.push([SampleLedger.pending(-2)])
        #expect(try await ledger.integrate() == .appended(1))
        #expect(try await ledger.published()?.head.root == SQLLedger.root(of: ledger.servedEntries()))
    }

    @Test("what is handed over twice is there once")
    func handedOverTwice() async throws {
        let ledger = try await sample.open()
        let entry = try SampleLedger.pending(1)
        try await sample.push([entry, entry])
        try await ledger.integrateAll()
        try await sample.push([entry])
        #expect(try await ledger.integrate() == .nothing)
        // As if it had been handed over again in the very moment it was taken in.
        try await sample.test.database.change(
            "INSERT INTO ledger_pending (id, at, entry) VALUES ($1, 1, $2)", .bytes(entry.id.bytes),
            .bytes(entry.entry.bytes))
        try await sample.push([SampleLedger.pending(2)])
        #expect(try await ledger.integrate() == .overtaken)
        try await ledger.integrateAll()
        #expect(try await ledger.published()?.head.size == 2)
    }

    @Test("of two that took in the same entries one is refused whole")
    func compareAndSwap() async throws {
        let ledger = try await sample.open()
        let held = HoldingDatabase(database: sample.test.otherProcess)
        let slow = try await sample.open(held)
        try await sample.push([SampleLedger.pending(1)])
        held.beforeWriting.withLock { $0 = { try await ledger.integrateAll() } }
        #expect(try await slow.integrate() == .overtaken)
        #expect(try await slow.integrate() == .nothing)
        #expect(try await ledger.published()?.head.size == 1)
        #expect(try await ledger.servedEntries().count == 1)
    }

    @Test("many pushers, two processes: one sequence without gap, each head goes on from the one before")
    func races() async throws {
        let (first, second) = (try await sample.open(), try await sample.open(sample.test.otherProcess))
        let heads = Mutex<Set<TreeHead>>([])
        let note: @Sendable () async throws -> Void = {
            if let head = try await first.published()?.head { heads.withLock { _ = $0.insert(head) } }
        }
        let entries = try (0..<400).map { try SampleLedger.pending($0) }
        let sample = sample
        let indexes = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            let running = Task {
                await withTaskGroup(of: Void.self) { group in
                    for ledger in [first, second] {
                        group.addTask { await ledger.run(tick: .milliseconds(50)) { Issue.record("\($0)") } }
                    }
                }
            }
            for pusher in 0..<20 {
                group.addTask {
                    var found: [UInt64] = []
                    for number in 0..<20 {
                        let entry = entries[pusher * 20 + number]
                        let isFirst = (pusher + number).isMultiple(of: 2)
                        try await sample.push([entry], to: isFirst ? nil : sample.test.otherProcess)
                        // Asked of a process that may not be the one that takes it in.
                        found.append(try await (pusher.isMultiple(of: 2) ? first : second).index(of: entry.id))
                        if number % 4 == 0 { try await note() }
                    }
                    return found
                }
            }
            let all = try await group.reduce(into: []) { $0 += $1 }
            running.cancel()
            await running.value
            return all
        }
        #expect(Set(indexes) == Set(0..<400))
        let head = try #require(try await first.published()?.head)
        #expect(head.size == 400)
        #expect(head.root == SQLLedger.root(of: try await first.servedEntries()))
        let seen = heads.withLock { $0.sorted { $0.size < $1.size } } + [head]
        for (old, new) in zip(seen, seen.dropFirst()) {
            let proof = try #require(try await second.consistency(from: old.size, to: new.size))
            #expect(proof.verifyGrowth(from: old, to: new))
        }
    }

    @Test("an index is found after a restart, of an entry that another took in, and not of one that nobody has")
    func finds() async throws {
        let entry = try SampleLedger.pending(1)
        try await sample.push([entry])
        try await sample.open().integrateAll()
        let again = try await sample.open(sample.test.otherProcess)
        let running = Task { await again.run(tick: .milliseconds(50)) { Issue.record("\($0)") } }
        #expect(try await again.index(of: entry.id) == 0)
        await #expect(throws: LedgerFault.unknownEntry) { try await again.index(of: .random()) }
        running.cancel()
        await running.value
    }

    @Test("who waits may give up")
    func cancelled() async throws {
        let ledger = try await sample.open()
        let entry = try SampleLedger.pending(1)
        let waiting = Task { try await ledger.index(of: entry.id) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("the origin stays, another key is refused, and damaged tiles are not built on")
    func opening() async throws {
        let ledger = try await sample.open()
        #expect(try await sample.open(origin: "moved.example/ledger").origin == ledger.origin)
        await #expect(throws: LedgerFault.otherKey(ledger.logKey.text)) {
            try await SQLLedger.open(
                sample.test.database, key: .init(), origin: "log.example/ledger", now: { TestDatabase.now })
        }
        await #expect(throws: LedgerFault.impossibleOrigin("a b")) {
            try await SampleLedger().open(origin: "a b")
        }
        try await sample.push([SampleLedger.pending(1)])
        try await ledger.integrateAll()
        try await sample.test.database.change(
            "UPDATE ledger_tiles SET hashes = $1", .bytes([UInt8](repeating: 1, count: 32)))
        try await sample.push([SampleLedger.pending(2)])
        let again = try await sample.open()
        await #expect(throws: LedgerFault.damaged(size: 1)) { try await again.integrate() }
    }

    @Test("a tile that has become wider still serves as what it was, and none is served beyond the published tree")
    func tiles() async throws {
        let ledger = try await sample.open()
        try await sample.push((0..<260).map { try SampleLedger.pending($0) })
        try await ledger.integrateAll()
        let full = try #require(try await ledger.content(of: TilePath(.hashes(level: 0), number: 0)))
        #expect(full.count == 8192)
        #expect(try await ledger.content(of: TilePath(.hashes(level: 0), number: 0, width: 3)) == Array(full[..<96]))
        #expect(try await ledger.content(of: TilePath(.hashes(level: 0), number: 1, width: 4))?.count == 128)
        #expect(try await ledger.content(of: TilePath(.hashes(level: 1), number: 0, width: 1))?.count == 32)
        let bundle = try await ledger.content(of: TilePath(.entries, number: 1, width: 2))
        #expect(EntryBundle(bytes: bundle ?? [])?.entries.count == 2)
        for path in [
            TilePath(.hashes(level: 0), number: 1), TilePath(.hashes(level: 0), number: 1, width: 5),
            TilePath(.hashes(level: 2), number: 0, width: 1), TilePath(.entries, number: 2, width: 1),
            TilePath(.hashes(level: 63), number: 0, width: 1), TilePath(.entries, number: UInt64(Int64.max), width: 1),
        ] {
            #expect(try await ledger.content(of: path) == nil, "\(path.text)")
        }
    }

    @Test("the server's own notes are logged once")
    func notes() async throws {
        let ledger = try await sample.open()
        let notes = LedgerNotes(database: sample.test.database)
        #expect(try await notes.log(.key, [1, 2], of: "key a", at: TestDatabase.now))
        #expect(try await !notes.log(.key, [1, 2], of: "key a", at: TestDatabase.now))
        try await ledger.integrateAll()
        let note = try #require(try await notes.newest(10).first)
        #expect(try await notes.newest(10).count == 1)
        #expect(note.index == 0)
        let entry = try LedgerEntry(parsing: try #require(try await ledger.receipt(0)).entry)
        #expect(entry.kind == .key && entry.by == "hub")
        #expect(entry.commitment.verify(note.document, salt: note.salt))
    }
}

/// Does something before it writes.
final class HoldingDatabase: SQLDatabase {
    let database: any SQLDatabase
    let beforeWriting = Mutex<(@Sendable () async throws -> Void)?>(nil)

    init(database: any SQLDatabase) { self.database = database }

    func run(_ script: SQLScript) async throws(DatabaseFailure) -> SQLOutcome {
        if !script.isReadOnly {
            let act = beforeWriting.withLock { act in
                defer { act = nil }
                return act
            }
            do { try await act?() } catch { throw DatabaseFailure(.other, message: "\(error)") }
        }
        return try await database.run(script)
    }

    func close() async {}
}
