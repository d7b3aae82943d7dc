import FuzzTargets
import TestSupport
import Testing
import WireFormats

@Suite("base58btc")
struct Base58BTCTests {
    /// draft-msporny-base58 §5, and the did:key of 32 zero bytes' Ed25519 key.
    private static let facts: [(bytes: [UInt8], text: String)] = [
        ("Hello World!".bytes, "2NEpo7TZRRrLZSi2U"),
        (
            "The quick brown fox jumps over the lazy dog.".bytes,
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"
        ),
        ([0, 0, 0x28, 0x7F, 0xB4, 0xCD], "11233QC4"), ([], ""), ([0], "1"), ([0, 0, 0], "111"), ([57], "z"),
        ([58], "21"),
        (
            [
                0xED, 0x01, 0x3B, 0x6A, 0x27, 0xBC, 0xCE, 0xB6, 0xA4, 0x2D, 0x62, 0xA3, 0xA8, 0xD0, 0x2A, 0x6F, 0x0D,
                0x73, 0x65, 0x32, 0x15, 0x77, 0x1D, 0xE2, 0x43, 0xA6, 0x3A, 0xC0, 0x48, 0xA1, 0x8B, 0x59, 0xDA, 0x29,
            ], "6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
        ),
    ]

    @Test("Published values encode and decode", arguments: facts)
    func published(bytes: [UInt8], text: String) throws {
        #expect(Base58BTC.encode(bytes) == text)
        #expect(try Base58BTC.decode(text) == bytes)
    }

    @Test("Characters left out of the alphabet are refused", arguments: ["0", "O", "I", "l", "+", " ", "é", "\0"])
    func alphabet(character: String) {
        #expect(throws: Base58BTC.Malformation.character(offset: 2)) { try Base58BTC.decode("2N" + character) }
    }

    @Test("Text longer than any key is refused before it costs time")
    func tooLong() throws {
        #expect(try Base58BTC.decode(String(repeating: "1", count: 256)).count == 256)
        #expect(throws: Base58BTC.Malformation.tooLong) { try Base58BTC.decode(String(repeating: "1", count: 257)) }
    }

    @Test("Bytes of any length come back, leading zeros too")
    func roundtrip() throws {
        var generator = SeededGenerator(seed: 58)
        for length in 0..<100 {
            let zeros = [UInt8](repeating: 0, count: length % 4)
            let bytes = zeros + (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(try Base58BTC.decode(Base58BTC.encode(bytes)) == bytes)
        }
    }
}
