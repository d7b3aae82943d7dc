/// The roots that a log had at earlier sizes, computed from its tiles.
///
/// That its tiles are of its entries, only ``LedgerAudit`` shows.
package struct TiledRoots: Sendable {
    let fetch: LedgerAudit.Fetch

    package init(fetch: @escaping LedgerAudit.Fetch) { self.fetch = fetch }

    /// - Returns: nil if the log has no such tiles: it is shorter.
    /// - Throws: ``LedgerAuditFailure`` if a tile is malformed; what `fetch` throws.
    package func root(at size: UInt64) async throws -> TreeHash? {
        var tiles: [TileCoordinate: HashTile] = [:]
        for coordinate in RightEdge.tiles(of: size) {
            let width = coordinate.width(in: size)
            // Servers may forget an unfinished tile once it is full.
            var tile = try await tile(coordinate, width)
            if tile == nil { tile = try await self.tile(coordinate, TileCoordinate.width) }
            guard let tile else { return nil }
            tiles[coordinate] = tile
        }
        return try RightEdge(size: size, tiles: tiles).root
    }

    private func tile(_ coordinate: TileCoordinate, _ width: Int) async throws -> HashTile? {
        let path = TilePath(.hashes(level: coordinate.level), number: coordinate.number, width: width)
        guard let bytes = try await fetch(path.text) else { return nil }
        guard let tile = HashTile(bytes: bytes), tile.hashes.count == width else {
            throw LedgerAuditFailure.malformed(path.text)
        }
        return tile
    }
}
