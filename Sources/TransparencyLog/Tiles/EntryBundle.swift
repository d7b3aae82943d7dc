/// Up to 256 entries, each after its length in two bytes, big-endian. C2SP tlog-tiles, "Log entries".
package struct EntryBundle: Sendable, Equatable {
    package let entries: [[UInt8]]

    /// - Precondition: no entry is longer than 65,535 bytes.
    package init(_ entries: [[UInt8]]) { self.entries = entries }

    /// - Returns: nil unless it is 1 to 256 whole entries.
    package init?(bytes: [UInt8]) {
        var entries: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 2, entries.count < TileCoordinate.width else { return nil }
            let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            guard rest.count >= length else { return nil }
            entries.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard !entries.isEmpty else { return nil }
        self.entries = entries
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            precondition(entry.count <= Int(UInt16.max), "an entry's length is a number of 16 bits")
            bytes.append(UInt8(entry.count >> 8))
            bytes.append(UInt8(entry.count & 0xFF))
            bytes += entry
        }
        return bytes
    }
}
