import Foundation
import Testing

@testable import KeyStore

@Suite("Sealing with the key-encryption key")
struct KeyEncryptionTests {
    let plaintext = Array("a private scalar".utf8)

    @Test("What was sealed opens under the same label, the empty message too")
    func opens() throws {
        let key = try Samples.keyEncryptionKey()
        for message in [plaintext, []] {
            #expect(try key.open(key.seal(message, label: "one"), label: "one") == message)
        }
    }

    @Test("Sealing twice gives different bytes that begin with the version")
    func randomNonce() throws {
        let key = try Samples.keyEncryptionKey()
        let sealed = key.seal(plaintext, label: "one")
        #expect(sealed.first == 1)
        #expect(sealed.count == 1 + 12 + plaintext.count + 16)
        #expect(sealed != key.seal(plaintext, label: "one"))
    }

    @Test("Another key and another label do not open it")
    func wrongKeyOrLabel() throws {
        let sealed = try Samples.keyEncryptionKey().seal(plaintext, label: "one")
        #expect(throws: SealRefusal.notAuthentic) { try Samples.keyEncryptionKey(8).open(sealed, label: "one") }
        #expect(throws: SealRefusal.notAuthentic) { try Samples.keyEncryptionKey().open(sealed, label: "two") }
    }

    @Test("Nothing opens after a byte has been cut off, at either end, or any bit flipped")
    func altered() throws {
        let key = try Samples.keyEncryptionKey()
        let sealed = key.seal(plaintext, label: "one")
        for length in 0..<sealed.count {
            #expect(throws: SealRefusal.self) { try key.open(Array(sealed.prefix(length)), label: "one") }
        }
        #expect(throws: SealRefusal.self) { try key.open(Array(sealed.dropFirst()), label: "one") }
        #expect(throws: SealRefusal.notAuthentic) { try key.open(sealed + [0], label: "one") }
        for bit in 0..<(sealed.count * 8) {
            var flipped = sealed
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SealRefusal.self) { try key.open(flipped, label: "one") }
        }
    }

    @Test("Bytes of another version are named as such")
    func version() throws {
        let key = try Samples.keyEncryptionKey()
        let sealed = [2] + key.seal(plaintext, label: "one").dropFirst()
        #expect(throws: SealRefusal.unknownVersion(2)) { try key.open(sealed, label: "one") }
    }

    @Test("The key is not in its descriptions")
    func redacted() throws {
        let key = try Samples.keyEncryptionKey()
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains("7, 7")) }
    }
}

@Suite("Sealing personal data")
struct DataSealerTests {
    let plaintext = Array("{\"family_name\":\"Ødegård\"}".utf8)

    func sealer(_ keys: [Int: UInt8]) throws -> DataSealer {
        try #require(DataSealer(keys: keys.compactMapValues { SealingKey([UInt8](repeating: $0, count: 32)) }))
    }

    @Test("Data opens in the same context only")
    func context() throws {
        let sealer = try sealer([1: 9])
        let sealed = sealer.seal(plaintext, context: "person/claims/17")
        #expect(sealed.count == plaintext.count + DataSealer.overhead)
        #expect(try sealer.open(sealed, context: "person/claims/17") == plaintext)
        #expect(throws: SealRefusal.notAuthentic) { try sealer.open(sealed, context: "person/claims/18") }
    }

    @Test("Nothing opens after any bit has been flipped or a byte cut off")
    func altered() throws {
        let sealer = try sealer([1: 9])
        let sealed = sealer.seal(plaintext, context: "here")
        for bit in 0..<(sealed.count * 8) {
            var flipped = sealed
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SealRefusal.self) { try sealer.open(flipped, context: "here") }
        }
        for length in 0..<sealed.count {
            #expect(throws: SealRefusal.self) { try sealer.open(Array(sealed.prefix(length)), context: "here") }
        }
    }

    @Test("The newest key seals; data of an older one still opens")
    func generations() throws {
        let old = try sealer([1: 9]).seal(plaintext, context: "here")
        let both = try sealer([1: 9, 300: 10])
        let new = both.seal(plaintext, context: "here")
        #expect(try both.open(old, context: "here") == plaintext)
        #expect(try both.open(new, context: "here") == plaintext)
        #expect(try sealer([300: 10]).open(new, context: "here") == plaintext)
        #expect(throws: SealRefusal.unknownGeneration(300)) { try sealer([1: 9]).open(new, context: "here") }
    }

    @Test("Without a key, or with a generation past two bytes, there is no sealer")
    func noKey() throws {
        let key = try #require(SealingKey([UInt8](repeating: 1, count: 32)))
        #expect(DataSealer(keys: [:]) == nil)
        #expect(DataSealer(keys: [65_536: key]) == nil)
    }
}
