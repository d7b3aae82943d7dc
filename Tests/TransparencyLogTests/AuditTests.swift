import Crypto
import Synchronization
import TestSupport
import Testing
import TransparencyLog

/// A log with everything that is served of it, to be tampered with.
private struct ServedLog {
    let signer = NoteSigner(name: "log.example/l", type: .ed25519, privateKey: .init())!
    var files: [String: [UInt8]] = [:]
    var head = TreeHead.empty

    init(_ count: Int, fork: Int? = nil, signer: NoteSigner? = nil) throws {
        try fill(count, fork: fork, signer ?? self.signer)
    }

    private mutating func fill(_ count: Int, fork: Int?, _ signer: NoteSigner) throws {
        var log = TiledLog()
        let entries = try (0..<count).map { number in
            let salt = [UInt8](repeating: number == fork ? 1 : 0, count: 32)
            let commitment = SaltedCommitment(to: Array("\(number)".utf8), salt: salt)
            return try LedgerEntry(.digest, by: "acme", commitment: commitment).bytes
        }
        log.append(entries.map { .leaf($0) })
        head = log.edge.head
        for (coordinate, tile) in log.tiles {
            let path = TilePath(
                .hashes(level: coordinate.level), number: coordinate.number, width: tile.hashes.count)
            files[path.text] = tile.bytes
        }
        for start in stride(from: 0, to: count, by: 256) {
            let part = Array(entries[start..<min(count, start + 256)])
            files[TilePath(.entries, number: UInt64(start / 256), width: part.count).text] = EntryBundle(part).bytes
        }
        files["checkpoint"] = try Checkpoint(origin: signer.key.name, head: head).signed(by: signer).bytes
    }

    func audit(since earlier: TreeHead? = nil, key: NoteKey? = nil) async throws -> LedgerAudit.Report {
        let verifier = CheckpointVerifier(log: key ?? signer.key, witnesses: .none)!
        let files = files
        return try await LedgerAudit(checkpoints: verifier) { files[$0] }.run(since: earlier)
    }
}

@Suite("The audit of a log")
struct AuditTests {
    @Test("of any size that is right, in one go or after another", arguments: [0, 1, 255, 256, 257, 700])
    func right(count: Int) async throws {
        let log = try ServedLog(count)
        let report = try await log.audit()
        #expect(report.checkpoint.head == log.head)
        #expect(report.counts == (count == 0 ? [:] : [.digest: count]))
        #expect(try await log.audit(since: .empty).checkpoint.head == log.head)
        #expect(try await log.audit(since: log.head).checkpoint.head == log.head)
        let longer = try ServedLog(count + 3, signer: log.signer)
        #expect(try await longer.audit(since: log.head, key: log.signer.key).checkpoint.head == longer.head)
    }

    @Test(
        "gives the roots of earlier sizes by the tiles alone, and none beyond its end",
        arguments: [0, 1, 255, 256, 257, 700])
    func tiledRoots(size: Int) async throws {
        let earlier = try ServedLog(size)
        let files = try ServedLog(size + 500).files.merging(earlier.files) { later, _ in later }
        let roots = TiledRoots { files[$0] }
        #expect(try await roots.root(at: UInt64(size)) == earlier.head.root)
        #expect(try await roots.root(at: 1_000_000) == nil)
        let broken = TiledRoots { files[$0]?.dropLast() }
        guard size % 256 > 0 else { return }
        await #expect(throws: LedgerAuditFailure.self) { try await broken.root(at: UInt64(size)) }
    }

    @Test("a log that was changed or cut since the last audit is noticed")
    func fork() async throws {
        let log = try ServedLog(300)
        let changed = try ServedLog(400, fork: 17, signer: log.signer)
        await #expect(throws: LedgerAuditFailure.self) { try await changed.audit(since: log.head, key: log.signer.key) }
        let cut = try ServedLog(299, signer: log.signer)
        await #expect(throws: LedgerAuditFailure.shorter(from: 300, to: 299)) {
            try await cut.audit(since: log.head, key: log.signer.key)
        }
        let same = try ServedLog(300, fork: 299, signer: log.signer)
        let failure = await #expect(throws: LedgerAuditFailure.self) {
            try await same.audit(since: log.head, key: log.signer.key)
        }
        guard case .fork(size: 300, _, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test("every bit of every file counts, and the failure names the place")
    func tampering() async throws {
        let log = try ServedLog(600)
        for path in log.files.keys.sorted() {
            var changed = log
            changed.files[path]![40] ^= 1
            let failure = await #expect(throws: LedgerAuditFailure.self, "\(path)") { try await changed.audit() }
            switch (path, failure) {
            case ("checkpoint", .checkpoint): break
            case (_, .otherLeaf(let index, _)):
                // Byte 40 is of the first entry of a bundle, or of the second hash of a tile.
                #expect(index % 256 == (path.contains("entries") ? 0 : 1), "\(path)")
            case ("tile/1/000.p/2", .otherHash("tile/1/000.p/2", 1)): break
            default: Issue.record("\(path): \(String(describing: failure))")
            }
            changed = log
            changed.files[path] = nil
            await #expect(throws: LedgerAuditFailure.self, "\(path)") { try await changed.audit() }
            changed.files[path] = log.files[path]!.dropLast()
            await #expect(throws: LedgerAuditFailure.self, "\(path)") { try await changed.audit() }
        }
    }

    @Test("a log of something else than entries is not a ledger, nor one with digests of nobody")
    func entries() async throws {
        for (entry, expected) in [
            (Array("text".utf8), LedgerAuditFailure.entry(index: 0, .notObject)),
            (
                try LedgerEntry(.digest, by: "hub", commitment: SaltedCommitment(.emptyRoot)).bytes,
                .digestOfNobody(index: 0)
            ),
        ] {
            var log = try ServedLog(1)
            log.files["tile/entries/000.p/1"] = EntryBundle([entry]).bytes
            log.files["tile/0/000.p/1"] = TreeHash.leaf(entry).bytes
            let served = log
            await #expect(throws: expected) { try await served.audit() }
        }
    }

    @Test("tiles and entries that agree with each other, and not with the checkpoint")
    func otherRoot() async throws {
        var log = try ServedLog(5)
        let other = try ServedLog(5, fork: 2)
        for path in other.files.keys where path != "checkpoint" { log.files[path] = other.files[path] }
        let served = log
        await #expect(throws: LedgerAuditFailure.otherRoot(size: 5, is: other.head.root, said: log.head.root)) {
            try await served.audit()
        }
    }
}
