import Crypto
import TestSupport
import Testing
import TransparencyLog
import WireFormats

@Suite("Paths, bundles, notes and entries")
struct FormatTests {
    @Test(
        "paths of tiles are written and read in one way",
        arguments: [
            ("0/000", .hashes(level: 0), 0, 256), ("1/x001/x234/067", .hashes(level: 1), 1_234_067, 256),
            ("63/005.p/1", .hashes(level: 63), 5, 1), ("entries/x273/273.p/255", .entries, 273_273, 255),
            ("entries/x009/x223/x372/x036/x854/x775/807", .entries, UInt64(Int64.max), 256),
        ] as [(String, TilePath.Content, UInt64, Int)])
    func path(text: String, content: TilePath.Content, number: UInt64, width: Int) {
        let path = TilePath(content, number: number, width: width)
        #expect(path.text == "tile/" + text)
        #expect(TilePath(afterTile: text) == path)
    }

    @Test(
        "other paths are none",
        arguments: [
            "", "0", "0/", "0/0", "0/00", "0/0000", "00/000", "64/000", "-1/000", "0/x000/001", "0/001/x002", "0/x001",
            "0/x001/2", "0/001/002", "0/000.p", "0/000.p/", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/1/",
            "0/.p/1", "0/000.p/1.p/1", "0//000", "/0/000", "entries", "Entries/000", "0/x01/000", "0/ 00", "0/+00",
            "0/x009/x223/x372/x036/x854/x775/808", "0/x999/x999/x999/x999/x999/x999/x999/999", "0/X001/000",
        ])
    func noPath(text: String) {
        #expect(TilePath(afterTile: text) == nil)
    }

    @Test("bundles of entries are read whole or not at all")
    func bundle() {
        let bundle = EntryBundle([Array("one".utf8), [], [UInt8](repeating: 7, count: 300)])
        #expect(EntryBundle(bytes: bundle.bytes) == bundle)
        #expect(EntryBundle(bytes: bundle.bytes.dropLast()) == nil)
        #expect(EntryBundle(bytes: bundle.bytes + [0]) == nil)
        #expect(EntryBundle(bytes: []) == nil)
        #expect(EntryBundle(bytes: EntryBundle([[UInt8]](repeating: [], count: 256)).bytes) != nil)
        #expect(EntryBundle(bytes: EntryBundle([[UInt8]](repeating: [], count: 257)).bytes) == nil)
        #expect(HashTile(bytes: []) == nil)
        #expect(HashTile(bytes: [UInt8](repeating: 0, count: 33)) == nil)
        #expect(HashTile(bytes: [UInt8](repeating: 0, count: 32 * 257)) == nil)
    }

    @Test(
        "texts that are no signed notes",
        arguments: [
            ("text\n", .noSignatures), ("text\n\n", .noSignatures), ("text\n\n— a", .noSignatures),
            ("text\n\n— a AAAAAAA=\n", nil), ("text\n\n— a AAAA\n", .signatureLine),
            ("text\n\n— a+b AAAAAAA=\n", .signatureLine), ("text\n\n- a AAAAAAA=\n", .signatureLine),
            ("text\n\n—  AAAAAAA=\n", .signatureLine), ("text\n\n— a AAAAAAA= \n", .signatureLine),
            ("text\n\n— a\u{2003}b AAAAAAA=\n", .signatureLine), ("text\n\n— a AAAAAAB=\n", .signatureLine),
            ("text\n\n— a AAAAAAA\n", .signatureLine), ("te\txt\n\n— a AAAAAAA=\n", .controlCharacter),
            ("text\r\n\n— a AAAAAAA=\n", .controlCharacter), ("\n\n— a AAAAAAA=\n", nil),
            ("a\n\nb\n\n— a AAAAAAA=\n", nil), ("a\n— a AAAAAAA=\n", .noSignatures),
        ] as [(String, NoteMalformation?)])
    func note(text: String, fault: NoteMalformation?) throws {
        if let fault {
            #expect(throws: fault) { try SignedNote(parsing: Array(text.utf8)) }
        } else {
            #expect(try SignedNote(parsing: Array(text.utf8)).bytes == Array(text.utf8))
        }
    }

    @Test("notes are bounded")
    func bounds() {
        let line = "— a AAAAAAA=\n"
        let many = "t\n\n" + String(repeating: line, count: SignedNote.maximumSignatures + 1)
        #expect(throws: NoteMalformation.tooManySignatures) { try SignedNote(parsing: Array(many.utf8)) }
        let long = String(repeating: "x", count: SignedNote.maximumBytes) + "\n\n" + line
        #expect(throws: NoteMalformation.tooLong) { try SignedNote(parsing: Array(long.utf8)) }
        #expect(throws: NoteMalformation.notUTF8) { try SignedNote(parsing: [0xFF, 0x0A, 0x0A] + Array(line.utf8)) }
        #expect(SignedNote.signatures(inLines: Array((line + line).utf8))?.count == 2)
        #expect(SignedNote.signatures(inLines: Array(("x\n\n" + line).utf8)) == nil)
        #expect(SignedNote.signatures(inLines: []) == nil)
    }

    @Test("verifier keys are read strictly")
    func keys() throws {
        let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        #expect(try NoteKey(parsing: key).text == key)
        for (text, fault) in [
            ("example.com/foo", NoteKeyMalformation.notThreeParts),
            (key.replacing("530d903a", with: "530d903b"), .otherKeyID),
            (key.replacing("530d903a", with: "530D903A"), .otherKeyID),
            (key.replacing("foo", with: "fo o"), .nameOrLength),
            (key.replacing("example.com/foo", with: ""), .nameOrLength),
            (key.dropLast() + "!", .notBase64), ("a+00000000+AuQ=", .unknownType(2)),
            ("a+00000000+AQ==", .nameOrLength),
        ] {
            #expect(throws: fault) { try NoteKey(parsing: text) }
        }
    }

    @Test("entries are read in the one way they are written")
    func entries() throws {
        let (commitment, salt) = SaltedCommitment.make(to: Array("bytes".utf8))
        let entry = try LedgerEntry(.digest, by: "acme", commitment: commitment, signature: [1, 2, 3])
        let text = String(decoding: entry.bytes, as: UTF8.self)
        #expect(text == #"{"v":1,"type":"digest","by":"acme","commitment":"\#(commitment.text)","signature":"AQID"}"#)
        #expect(try LedgerEntry(parsing: entry.bytes) == entry)
        #expect(commitment.verify(Array("bytes".utf8), salt: salt))
        #expect(!commitment.verify(Array("bytez".utf8), salt: salt))
        #expect(!commitment.verify(Array("bytes".utf8), salt: salt.reversed()))
        #expect(!commitment.verify(Array("bytes".utf8), salt: []))
        let without = try LedgerEntry(.key, by: "hub", commitment: commitment)
        #expect(try LedgerEntry(parsing: without.bytes).signature == nil)
        for (changed, fault) in [
            (text.replacing("\"v\":1", with: "\"v\":2"), LedgerEntryMalformation.version),
            (text.replacing("digest", with: "digests"), .type), (text.replacing("acme", with: "a cme"), .by),
            (text.replacing("acme", with: ""), .by), (text.replacing(commitment.text, with: "AAAA"), .commitment),
            (text.replacing("AQID", with: "AQI="), .signature), (text.replacing("AQID", with: ""), .signature),
            (text.replacing("{\"v\"", with: "{ \"v\""), .notCanonical),
            (text.replacing("}", with: ",\"x\":1}"), .notCanonical),
            (text.replacing("acme", with: "\\u0061cme"), .notCanonical),
            (text.replacing("}", with: String(repeating: " ", count: 1024) + "}"), .tooLong),
            ("[]", .notObject), ("", .notObject), (text + "x", .notObject),
            (#"{"type":"digest","v":1,"by":"a","commitment":"\#(commitment.text)"}"#, .notCanonical),
        ] {
            #expect(throws: fault, "\(changed)") { try LedgerEntry(parsing: Array(changed.utf8)) }
        }
        #expect(throws: LedgerEntryMalformation.tooLong) {
            try LedgerEntry(.digest, by: "a", commitment: commitment, signature: [UInt8](repeating: 1, count: 900))
        }
    }
}
