import Crypto
import Foundation
import SQLStatements
import Storage
import TransparencyLog

/// A ledger over a test's database, as two processes have it.
struct SampleLedger {
    let test: TestDatabase
    let key = Curve25519.Signing.PrivateKey()

    init() async throws { test = try await TestDatabase() }

    func open(
        _ database: (any SQLDatabase)? = nil, witnesses: WitnessPolicy = .none, origin: String = "log.example/ledger"
    ) async throws -> SQLLedger {
        try await SQLLedger.open(
            database ?? test.database, key: key, origin: origin, witnesses: witnesses, now: { TestDatabase.now })
    }

    static func pending(_ number: Int) throws -> PendingLedgerEntry {
        let commitment = SaltedCommitment(to: Array("\(number)".utf8), salt: [UInt8](repeating: 7, count: 32))
        return PendingLedgerEntry(entry: try LedgerEntry(.digest, by: "acme", commitment: commitment))
    }

    func push(_ entries: [PendingLedgerEntry], to database: (any SQLDatabase)? = nil) async throws {
        for start in stride(from: 0, to: entries.count, by: 100) {
            let part = entries[start..<min(entries.count, start + 100)]
            try await (database ?? test.database).write(part.map { $0.statement(at: TestDatabase.now) })
        }
    }
}

extension SQLLedger {
    nonisolated func integrateAll() async throws {
        while try await integrate() != .nothing {}
    }

    /// Every leaf as it is served, in bundles.
    nonisolated func servedEntries() async throws -> [[UInt8]] {
        guard let size = try await published()?.head.size else { return [] }
        var entries: [[UInt8]] = []
        while UInt64(entries.count) < size {
            let coordinate = TileCoordinate(level: 0, number: UInt64(entries.count / 256))
            let path = TilePath(.entries, number: coordinate.number, width: coordinate.width(in: size))
            entries += EntryBundle(bytes: try await content(of: path) ?? [])?.entries ?? []
        }
        return entries
    }

    /// The root that the served entries have.
    static func root(of entries: [[UInt8]]) -> TreeHash {
        var edge = RightEdge.empty
        _ = edge.append(entries.map { .leaf($0) })
        return edge.root
    }
}
