import WireFormats

/// All that shows that an entry is in a log, in one text. C2SP tlog-proof.
package struct TLogProof: Sendable, Equatable {
    /// Not authenticated by anything.
    package let extra: [UInt8]?
    package let proof: InclusionProof
    /// The signed note as the log gave it.
    package let checkpoint: [UInt8]

    package init(extra: [UInt8]? = nil, proof: InclusionProof, checkpoint: [UInt8]) {
        (self.extra, self.proof, self.checkpoint) = (extra, proof, checkpoint)
    }

    private static let header = "c2sp.org/tlog-proof@v1"
    /// Bytes.
    package static let maximumBytes = SignedNote.maximumBytes + 65_536
    static let maximumHashes = 63

    /// - Throws: ``TLogProofMalformation``.
    package init(parsing bytes: [UInt8]) throws(TLogProofMalformation) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        var lines = ProofLines(bytes)
        guard lines.next() == Self.header else { throw .header }
        var line = lines.next()
        if let text = line, text.hasPrefix("extra ") {
            guard let extra = Base64.decode(text.dropFirst(6)) else { throw .extra }
            self.extra = extra
            line = lines.next()
        } else {
            extra = nil
        }
        guard let text = line, text.hasPrefix("index "), let index = TreeSize.parse(text.dropFirst(6)) else {
            throw .index
        }
        guard let hashes = lines.hashes(atMost: Self.maximumHashes) else { throw .hash }
        proof = InclusionProof(index: index, hashes: hashes)
        guard !lines.rest.isEmpty else { throw .checkpoint }
        checkpoint = Array(lines.rest)
    }

    package var bytes: [UInt8] {
        var text = Self.header + "\n"
        if let extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(proof.index)\n"
        for hash in proof.hashes { text += hash.base64 + "\n" }
        return Array(text.utf8) + [UInt8(ascii: "\n")] + checkpoint
    }
}

/// Why bytes are no tlog-proof.
package enum TLogProofMalformation: Error, Equatable {
    case tooLong
    case header
    case extra
    case index
    /// A line of the proof is not the base64 of 32 bytes, there are too many, or the empty line after them is missing.
    case hash
    case checkpoint
}

/// Lines that each end with a newline, of a text that a checkpoint follows.
struct ProofLines {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next line without its newline; nil at the end, or where it is not UTF-8.
    mutating func next() -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(strictUTF8: rest[..<end])
    }

    /// The hashes up to the empty line, which is taken too.
    mutating func hashes(atMost limit: Int) -> [TreeHash]? {
        var hashes: [TreeHash] = []
        while let line = next() {
            if line.isEmpty { return hashes }
            guard hashes.count < limit, let hash = TreeHash(base64: line) else { return nil }
            hashes.append(hash)
        }
        return nil
    }
}
