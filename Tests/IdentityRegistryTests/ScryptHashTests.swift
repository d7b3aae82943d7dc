import Testing

@testable import IdentityRegistry

@Suite("Hashes of secrets as PHC strings")
struct ScryptHashTests {
    private static let good = "$scrypt$ln=15,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

    @Test("A hash is read and written back byte for byte")
    func roundTrip() throws {
        let hash = try #require(ScryptHash(Self.good))
        #expect(hash.text == Self.good)
        #expect(hash.parameters == .password)
        #expect(hash.pepperID == nil)
        #expect(hash.salt == Array(0..<16))
        #expect(hash.hash == Array(0..<32))
    }

    @Test("A peppered hash says so by its form")
    func peppered() throws {
        let text = Self.good.replacing("p=1", with: "p=1,keyid=1")
        let hash = try #require(ScryptHash(text))
        #expect(hash.pepperID == "1")
        #expect(hash.text == text)
    }

    @Test("Salt and hash are in the alphabet of base64, not of base64url")
    func alphabet() throws {
        let hash = ScryptHash(
            parameters: .pin, pepperID: nil, salt: [UInt8](repeating: 0xFB, count: 16),
            hash: [UInt8](repeating: 0xFF, count: 32))
        #expect(hash.text.contains("+") && hash.text.contains("/"))
        #expect(ScryptHash(hash.text) == hash)
        #expect(ScryptHash(hash.text.replacing("+", with: "-")) == nil)
        #expect(ScryptHash(hash.text.replacing("/", with: "_")) == nil)
    }

    @Test(
        "Everything else is refused, costs out of bounds too",
        arguments: [
            "", "$scrypt$", "scrypt", good + "$", "x" + good, good.replacing("scrypt", with: "argon2id"),
            good.replacing("ln=15", with: "ln=18"), good.replacing("ln=15", with: "ln=0"),
            good.replacing("ln=15", with: "ln=+15"), good.replacing("ln=15", with: "ln=015"),
            good.replacing("ln=15", with: "ln=-1"), good.replacing("ln=15", with: "ln=99999999999999999999"),
            good.replacing("ln=15", with: "N=15"), good.replacing("r=8", with: "r=17"),
            good.replacing("r=8", with: "r=0"), good.replacing("p=1", with: "p=5"),
            good.replacing("p=1", with: "p=0"), good.replacing("ln=15,r=8", with: "ln=17,r=16"),
            good.replacing("ln=15,r=8", with: "r=8,ln=15"), good.replacing(",p=1", with: ""),
            good.replacing("p=1", with: "p=1,keyid="), good.replacing("p=1", with: "p=1,keyid=A"),
            good.replacing("p=1", with: "p=1,keyid=1,x=1"), good.replacing("p=1", with: "p=1,data=1"),
            "$scrypt$ln=15,r=8,p=1$AAECAwQFBg$AAECAwQFBgcICQoLDA0ODw",
            "$scrypt$ln=15,r=8,p=1$AAECAwQFBgc$AAECAwQFBgcICQoLDA0O",
            good.replacing("AAEC", with: "AAE="), good.replacing("AAEC", with: "AA C"),
            good.replacing("$AAECAwQFBgcICQoLDA0ODw$", with: "$" + String(repeating: "A", count: 88) + "$"),
        ])
    func refused(text: String) {
        #expect(ScryptHash(text) == nil)
    }

    @Test("A description shows neither salt nor hash")
    func redacted() throws {
        let hash = try #require(ScryptHash(Self.good))
        var shown = ""
        dump(hash, to: &shown)
        #expect(!shown.contains("salt") && !shown.contains("hash:"))
    }

    @Test("No change of a hash's text crashes the reader, and what it takes it writes back the same")
    func mutations() {
        let characters = Array(Self.good.utf8)
        for position in characters.indices {
            for change: UInt8 in [0x00, 0x24, 0x2C, 0x30, 0x39, 0x3D, 0x41, 0x7A, 0xFF] {
                var mutated = characters
                mutated[position] = change
                let text = String(decoding: mutated, as: UTF8.self)
                if let hash = ScryptHash(text) { #expect(hash.text == text) }
                if let hash = ScryptHash(String(decoding: mutated[..<position], as: UTF8.self)) {
                    #expect(hash.text == String(decoding: mutated[..<position], as: UTF8.self))
                }
            }
        }
    }
}
