import TransparencyLog
import WireFormats

/// Parsers of the ledger: what is accepted is written again byte for byte.
enum LedgerChecks {
    static func note(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let note = try? SignedNote(parsing: input) else { return false }
        try hold("a note has one encoding", for: input, note.bytes == input)
        try hold("a note is signed", for: input, !note.signatures.isEmpty)
        return true
    }

    static func checkpoint(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        guard let checkpoint = try? Checkpoint(parsing: text) else { return false }
        try hold("a checkpoint has one encoding", for: input, checkpoint.text.hasSameBytes(as: text))
        return true
    }

    static func proof(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let proof = try? TLogProof(parsing: input) else { return false }
        try hold("a tlog-proof has one encoding", for: input, proof.bytes == input)
        return true
    }

    static func addCheckpoint(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let request = AddCheckpointRequest(parsing: input) else { return false }
        try hold("a request has one encoding", for: input, request.bytes == input)
        return true
    }

    static func tilePath(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        guard let path = TilePath(afterTile: text) else { return false }
        try hold("a path has one way to be written", for: input, path.text.hasSameBytes(as: "tile/" + text))
        return true
    }

    static func entry(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let entry = try? LedgerEntry(parsing: input) else { return false }
        try hold("an entry has one encoding", for: input, entry.bytes == input)
        return true
    }
}

enum LedgerSamples {
    private static let hash = TreeHash.emptyRoot.base64
    private static let body = "example.com/log\n5\n\(hash)\n"
    private static let signed =
        body + "\n\u{2014} example.com/log Az3grlgtzPICa5OS8npVmf1Myq8=\n\u{2014} w.example AAAAAAAAAABk\n"

    static let notes = [signed, "a\n\nb\n\n\u{2014} x AAAAAAA=\n"].map { Array($0.utf8) }
    static let checkpoints = [body, body + "extension\n"].map { Array($0.utf8) }
    static let proofs = [
        "c2sp.org/tlog-proof@v1\nindex 3\n\(hash)\n\(hash)\n\n\(signed)",
        "c2sp.org/tlog-proof@v1\nextra AAA=\nindex 0\n\n\(signed)",
    ].map { Array($0.utf8) }
    static let requests = ["old 0\n\n\(signed)", "old 4\n\(hash)\n\n\(signed)"].map { Array($0.utf8) }
    static let paths = ["0/000", "1/x001/234.p/7", "entries/x001/x234/067"].map { Array($0.utf8) }
    static let entries = [
        #"{"v":1,"type":"digest","by":"acme","commitment":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU","#
            + #""signature":"AQID"}"#,
        #"{"v":1,"type":"key","by":"hub","commitment":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}"#,
    ].map { Array($0.utf8) }
}
