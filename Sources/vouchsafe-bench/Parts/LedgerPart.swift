import Crypto
import Foundation
import SQLStatements
import Storage
import Synchronization
import TransparencyLog

/// The ledger over a SQLite file, in this process: how fast entries get in, and what a proof of a large log costs.
struct LedgerPart {
    let runs: Int
    /// Entries of each run.
    let entries: Int
    /// Of the log whose proofs are measured.
    let logSize: Int
    let pushers: Int

    private static let key = Curve25519.Signing.PrivateKey()
    private static let proofs = 2_000

    func measure(_ figures: inout Figures) async throws {
        for _ in 0..<runs {
            figures.add("entries appended per second", try await pushed(), "1/s", note: "each durable, then its index")
            figures.add("entries taken in per second", try await takenIn(), "1/s", note: "from a full queue")
        }
        report("entries appended")
        try await measureProofs(&figures)
    }

    private func opened<T>(_ act: (any SQLDatabase, SQLLedger) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database: any SQLDatabase = try SQLiteDatabase(
            path: folder.appending(path: "ledger.db").path, at: Date())
        let ledger = try await SQLLedger.open(
            database, key: Self.key, origin: "bench.example/ledger", now: { Date() })
        do {
            let result = try await act(database, ledger)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }

    private static func pending(_ number: Int) throws -> PendingLedgerEntry {
        let salt = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: SaltedCommitment.saltByteCount)
        let commitment = SaltedCommitment(to: Array("\(number)".utf8), salt: salt)
        return PendingLedgerEntry(entry: try LedgerEntry(.digest, by: "bench", commitment: commitment))
    }

    /// Whoever pushes writes a script of their own, and waits for the index.
    private func pushed() async throws -> Double {
        try await opened { database, ledger in
            let (count, pushers) = (entries, pushers)
            let running = Task { await ledger.run { report("\($0)") } }
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pusher in 0..<pushers {
                    group.addTask {
                        for number in stride(from: pusher, to: count, by: pushers) {
                            let entry = try Self.pending(number)
                            try await database.write(entry.statement(at: Date()))
                            ledger.wake()
                            _ = try await ledger.index(of: entry.id)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            running.cancel()
            await running.value
            return Double(count) / seconds
        }
    }

    private func takenIn() async throws -> Double {
        try await opened { database, ledger in
            for start in stride(from: 0, to: entries, by: 500) {
                let part = try (start..<min(entries, start + 500)).map { try Self.pending($0).statement(at: Date()) }
                try await database.write(part)
            }
            let start = ContinuousClock.now
            while try await ledger.integrate() != .nothing {}
            return Double(entries) / ((ContinuousClock.now - start) / .seconds(1))
        }
    }

    private func measureProofs(_ figures: inout Figures) async throws {
        let measured = try await opened { database, ledger in
            try await fill(database, ledger)
            report("a log of \(logSize) entries")
            // Opened once: statements are prepared, and the cache of pages is as it stays.
            for _ in 0..<100 { try await proof(ledger) }
            let before = Self.residentMegabytes
            let (start, processor) = (ContinuousClock.now, ProcessorTime.ofThisProcess)
            for _ in 0..<Self.proofs { try await proof(ledger) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            return (
                processor: (ProcessorTime.ofThisProcess - processor) / Double(Self.proofs),
                seconds: seconds / Double(Self.proofs), before: before, after: Self.residentMegabytes
            )
        }
        let note = "\(logSize) entries"
        figures.add("processor time of a proof", measured.processor * 1e3, "ms", note: note)
        figures.add("a proof, one after the other", measured.seconds * 1e3, "ms", note: note)
        figures.add("resident memory before proofs", measured.before, "MB")
        figures.add("resident memory after proofs", measured.after, "MB", note: "\(Self.proofs) proofs")
    }

    private func proof(_ ledger: SQLLedger) async throws {
        guard let proof = try await ledger.proof(UInt64.random(in: 0..<UInt64(logSize))), !proof.isEmpty else {
            throw BenchFailure("there is no proof")
        }
    }

    /// The tiles and the head of a large log, without its entries.
    private func fill(_ database: any SQLDatabase, _ ledger: SQLLedger) async throws {
        var edge = RightEdge.empty
        let batch = 1 << 16
        for start in stride(from: 0, to: logSize, by: batch) {
            let tiles = edge.append(
                (start..<min(logSize, start + batch)).lazy.map { number in
                    TreeHash.leaf(withUnsafeBytes(of: number.bigEndian) { Array($0) })
                })
            try await database.write(
                tiles.map { coordinate, tile in
                    SQLStatement(
                        """
                        INSERT INTO ledger_tiles (level, number, hashes) VALUES ($1, $2, $3)
                        ON CONFLICT (level, number) DO UPDATE SET hashes = EXCLUDED.hashes
                        """, .integer(Int64(coordinate.level)), .integer(Int64(coordinate.number)),
                        .bytes(tile.bytes))
                })
        }
        guard let signer = NoteSigner(name: ledger.origin, type: .ed25519, privateKey: Self.key) else {
            throw BenchFailure("the log has no name")
        }
        let checkpoint = try Checkpoint(origin: ledger.origin, head: edge.head).signed(by: signer)
        try await database.write(
            SQLStatement(
                "UPDATE ledger_head SET size = $1, root = $2, checkpoint = $3", .integer(Int64(logSize)),
                .bytes(edge.root.bytes), .bytes(checkpoint.bytes)))
    }

    private static var residentMegabytes: Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) }.map { $0 / 1024 } ?? 0
    }
}

/// Waits for asynchronous work from where there is none.
func waiting<T: Sendable>(for work: @escaping @Sendable () async throws -> T) throws -> T {
    let outcome = Outcome<T>()
    // The command itself is not asynchronous: its other parts block threads, as their load demands.
    Task {
        do { outcome.end(.success(try await work())) } catch { outcome.end(.failure(error)) }
    }
    return try outcome.wait().get()
}

private final class Outcome<T: Sendable>: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<T, any Error>?>(nil)

    func end(_ result: Result<T, any Error>) {
        self.result.withLock { $0 = result }
        done.signal()
    }

    func wait() -> Result<T, any Error> {
        done.wait()
        return result.withLock { $0 } ?? .failure(BenchFailure("nothing was measured"))
    }
}
