/// Goes through a whole log from outside, as whoever does not trust its server: every hash is computed again.
///
/// What is kept while it goes is the right edge of the tree, however long the log is.
package struct LedgerAudit: Sendable {
    /// Gives what is served below the log's prefix; nil if it is not there.
    package typealias Fetch = @Sendable (_ path: String) async throws -> [UInt8]?

    let checkpoints: CheckpointVerifier
    let fetch: Fetch

    package init(checkpoints: CheckpointVerifier, fetch: @escaping Fetch) {
        (self.checkpoints, self.fetch) = (checkpoints, fetch)
    }

    /// What was found to be right.
    package struct Report: Sendable {
        package let checkpoint: VerifiedCheckpoint
        /// How many entries there are of each kind.
        package let counts: [LedgerEntry.Kind: Int]
        package let organizations: Int
    }

    /// - Parameter earlier: the checkpoint of an earlier audit, which the log must go on from.
    /// - Throws: ``LedgerAuditFailure`` at the first thing that is wrong; what `fetch` throws.
    package func run(since earlier: TreeHead?) async throws -> Report {
        guard let note = try await fetch("checkpoint") else { throw LedgerAuditFailure.noCheckpoint }
        let checkpoint: VerifiedCheckpoint
        do { checkpoint = try checkpoints.verify(note) } catch { throw LedgerAuditFailure.checkpoint(error) }
        let head = checkpoint.head
        if let earlier, earlier.size > head.size {
            throw LedgerAuditFailure.shorter(from: earlier.size, to: head.size)
        }
        var walk = Walk(earlier: earlier)
        try walk.compareWithEarlier()
        for number in 0..<(head.size + 255) / 256 {
            try await take(number, of: head, &walk)
        }
        guard walk.edge.root == head.root else {
            throw LedgerAuditFailure.otherRoot(size: head.size, is: walk.edge.root, said: head.root)
        }
        return Report(checkpoint: checkpoint, counts: walk.counts, organizations: walk.organizations.count)
    }

    private struct Walk {
        let earlier: TreeHead?
        var edge = RightEdge.empty
        var counts: [LedgerEntry.Kind: Int] = [:]
        var organizations: Set<String> = []

        init(earlier: TreeHead?) { self.earlier = earlier }

        func compareWithEarlier() throws {
            guard let earlier, earlier.size == edge.size else { return }
            guard earlier.root == edge.root else {
                throw LedgerAuditFailure.fork(size: earlier.size, is: edge.root, was: earlier.root)
            }
        }
    }

    /// One bundle of entries, and every tile that ends with it.
    private func take(_ number: UInt64, of head: TreeHead, _ walk: inout Walk) async throws {
        let coordinate = TileCoordinate(level: 0, number: number)
        let width = coordinate.width(in: head.size)
        let entriesPath = TilePath(.entries, number: number, width: width)
        guard let bundle = EntryBundle(bytes: try await content(entriesPath)), bundle.entries.count == width else {
            throw LedgerAuditFailure.malformed(entriesPath.text)
        }
        let tilePath = TilePath(.hashes(level: 0), number: number, width: width)
        let tile = try await tile(tilePath)
        var changed: [TileCoordinate: HashTile] = [:]
        for (offset, entry) in bundle.entries.enumerated() {
            let index = number * 256 + UInt64(offset)
            let leaf = TreeHash.leaf(entry)
            guard leaf == tile.hashes[offset] else {
                throw LedgerAuditFailure.otherLeaf(index: index, tile: tilePath.text)
            }
            try read(entry, at: index, &walk)
            changed.merge(walk.edge.append(CollectionOfOne(leaf))) { $1 }
            try walk.compareWithEarlier()
        }
        // Tiles as they are at the end of this bundle; those that grow further come again with a later one.
        let isLast = walk.edge.size == head.size
        for (coordinate, computed) in changed.sorted(by: { $0.key < $1.key })
        where coordinate.level > 0 && (computed.isFull || isLast) {
            try await compare(coordinate, computed)
        }
        guard isLast else { return }
        // The unfinished tiles of higher levels that the last bundle did not change.
        for coordinate in RightEdge.tiles(of: head.size) where coordinate.level > 0 && changed[coordinate] == nil {
            if let computed = walk.edge.unfinished(coordinate.level) { try await compare(coordinate, computed) }
        }
    }

    private func read(_ bytes: [UInt8], at index: UInt64, _ walk: inout Walk) throws {
        do {
            let entry = try LedgerEntry(parsing: bytes)
            guard entry.kind != .digest || entry.by != LedgerEntry.hub else {
                throw LedgerAuditFailure.digestOfNobody(index: index)
            }
            walk.counts[entry.kind, default: 0] += 1
            if entry.by != LedgerEntry.hub, walk.organizations.count < Self.countedOrganizations {
                walk.organizations.insert(entry.by)
            }
        } catch let fault as LedgerEntryMalformation {
            throw LedgerAuditFailure.entry(index: index, fault)
        }
    }

    private static let countedOrganizations = 100_000

    private func compare(_ coordinate: TileCoordinate, _ computed: HashTile) async throws {
        let path = TilePath(
            .hashes(level: coordinate.level), number: coordinate.number, width: computed.hashes.count)
        let served = try await tile(path)
        guard let offset = computed.hashes.indices.first(where: { computed.hashes[$0] != served.hashes[$0] }) else {
            return
        }
        throw LedgerAuditFailure.otherHash(tile: path.text, position: offset)
    }

    private func tile(_ path: TilePath) async throws -> HashTile {
        guard let tile = HashTile(bytes: try await content(path)), tile.hashes.count == path.width else {
            throw LedgerAuditFailure.malformed(path.text)
        }
        return tile
    }

    private func content(_ path: TilePath) async throws -> [UInt8] {
        guard let content = try await fetch(path.text) else { throw LedgerAuditFailure.missing(path.text) }
        return content
    }
}

/// The first thing that an audit found wrong.
package enum LedgerAuditFailure: Error, Equatable, CustomStringConvertible {
    case noCheckpoint
    case checkpoint(CheckpointRefusal)
    case shorter(from: UInt64, to: UInt64)
    case fork(size: UInt64, is: TreeHash, was: TreeHash)
    case missing(String)
    case malformed(String)
    case otherLeaf(index: UInt64, tile: String)
    case otherHash(tile: String, position: Int)
    case otherRoot(size: UInt64, is: TreeHash, said: TreeHash)
    case entry(index: UInt64, LedgerEntryMalformation)
    case digestOfNobody(index: UInt64)

    package var description: String {
        switch self {
        case .noCheckpoint: "no checkpoint is published"
        case .checkpoint(let refusal): refusal.description
        case .shorter(let from, let to):
            "the log has become shorter: it had \(from) entries at the last audit, and has \(to) now"
        case .fork(let size, let root, let earlier):
            "the log has been changed: its first \(size) entries have the root \(root) now, and had \(earlier) at the "
                + "last audit"
        case .missing(let path): "\(path) is missing"
        case .malformed(let path): "\(path) is malformed"
        case .otherLeaf(let index, let tile):
            "entry \(index) does not have the hash that \(tile) has at position \(index % 256)"
        case .otherHash(let tile, let position):
            "\(tile) has another hash at position \(position) than the tile below it makes"
        case .otherRoot(let size, let root, let said):
            "the \(size) entries have the root \(root), and the checkpoint says \(said)"
        case .entry(let index, let fault): "entry \(index) is malformed: \(fault.rawValue)"
        case .digestOfNobody(let index): "entry \(index) is a digest, and names no organization"
        }
    }
}
