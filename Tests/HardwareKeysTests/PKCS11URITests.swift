import TestSupport
import Testing

@testable import HardwareKeys

@Suite("PKCS #11 URIs, RFC 7512")
struct PKCS11URITests {
    static let rest = "?module-path=/usr/lib/module.so"

    @Test("A URI names token, key, module and the PIN's file")
    func whole() throws {
        let uri = try PKCS11URI(
            "pkcs11:token=My%20token;serial=01%2F2;manufacturer=M;model=v&2;object=kek;id=%00%fF1;type=secret-key"
                + "?module-path=/usr/lib/a.so&pin-source=file:/etc/pin")
        #expect(uri.token.label == "My token" && uri.token.serial == "01/2")
        #expect(uri.token.manufacturer == "M" && uri.token.model == "v&2")
        #expect(uri.key.label == "kek" && uri.key.id == [0, 0xFF, 0x31])
        #expect(uri.modulePath == "/usr/lib/a.so" && uri.pinFile == "/etc/pin")
    }

    @Test("Serial number and id are enough, in any order, with a PIN's file in either spelling")
    func least() throws {
        let uri = try PKCS11URI("PKCS11:id=%01;serial=7?pin-source=file:///etc/pin&module-path=/m.so")
        #expect(uri.token == PKCS11URI.Token(label: nil, serial: "7", manufacturer: nil, model: nil))
        #expect(uri.key == PKCS11URI.Key(label: nil, id: [1]))
        #expect(uri.pinFile == "/etc/pin")
        #expect(try PKCS11URI("pkcs11:serial=7;object=k" + Self.rest).pinFile == nil)
    }

    @Test(
        "What names nothing, or too much, is refused",
        arguments: [
            ("", .otherScheme), ("pkcs12:token=a", .otherScheme), (" pkcs11:token=a", .otherScheme),
            ("pkcs11:", .missing("token")), ("pkcs11:object=k" + rest, .missing("token")),
            ("pkcs11:token=a" + rest, .missing("object")), ("pkcs11:token=a;object=k", .missing("module-path")),
            ("pkcs11:token=a;object=k?", .missing("module-path")), ("pkcs11:token=;object=k" + rest, .empty("token")),
            ("pkcs11:token=a;object=k;" + rest, .notAnAttribute), ("pkcs11:token;object=k" + rest, .notAnAttribute),
            ("pkcs11:token=a;;object=k" + rest, .notAnAttribute), ("pkcs11:=a;object=k" + rest, .notAnAttribute),
            ("pkcs11:token=a;object=k" + rest + "&", .notAnAttribute),
            ("pkcs11:to ken=a;object=k" + rest, .notAnAttribute),
            ("pkcs11:token=a;token=a;object=k" + rest, .repeated("token")),
            ("pkcs11:token=a;object=k" + rest + "&module-path=/b.so", .repeated("module-path")),
            ("pkcs11:token=a b;object=k" + rest, .malformed("token")),
            ("pkcs11:token=a/b;object=k" + rest, .malformed("token")),
            ("pkcs11:token=a%2;object=k" + rest, .malformed("token")),
            ("pkcs11:token=a%2g;object=k" + rest, .malformed("token")),
            ("pkcs11:token=é;object=k" + rest, .malformed("token")),
            ("pkcs11:token=a;object=k" + rest + "#x", .malformed("module-path")),
            ("pkcs11:token=a;object=k" + rest + "\n", .malformed("module-path")),
            ("pkcs11:token=%ff;object=k" + rest, .notUTF8("token")),
            ("pkcs11:token=a;object=k;type=private" + rest, .otherType),
            ("pkcs11:token=a;object=k;slot-id=1" + rest, .unknown("slot-id")),
            ("pkcs11:token=a;object=k;Token=b" + rest, .unknown("Token")),
            ("pkcs11:token=a;object=k;module-path=%2Fm.so", .missing("module-path")),
            ("pkcs11:token=a;object=k?token=a&module-path=/m.so", .unknown("token")),
            ("pkcs11:token=a;object=k" + rest + "&module-name=x", .unknown("module-name")),
            ("pkcs11:token=a;object=k?module-path=m.so", .notAbsolute("module-path")),
            ("pkcs11:token=a;object=k?module-path=/m%00.so", .notAbsolute("module-path")),
            ("pkcs11:token=a;object=k" + rest + "&pin-value=1234", .pinInside),
            ("pkcs11:pin-value=1234", .missing("token")),
            ("pkcs11:token=a;object=k" + rest + "&pin-source=/etc/pin", .pinNotInFile),
            ("pkcs11:token=a;object=k" + rest + "&pin-source=|cat", .pinNotInFile),
            ("pkcs11:token=a;object=k" + rest + "&pin-source=file:pin", .notAbsolute("pin-source")),
            ("pkcs11:token=a;object=k" + rest + "&pin-source=file://host/pin", .notAbsolute("pin-source")),
        ] as [(String, PKCS11URIFault)])
    func refused(_ text: String, _ fault: PKCS11URIFault) {
        #expect(throws: fault) { try PKCS11URI(text) }
        #expect(!fault.description.contains("\n") && !fault.description.contains("1234"))
    }

    @Test("Whatever is encoded comes back, whichever of its characters are encoded")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 7512)
        for _ in 0..<2000 {
            let label = Self.text(&generator)
            let id = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            let path = "/" + Self.text(&generator)
            let uri = try PKCS11URI(
                "pkcs11:token=\(Self.encoded(label.utf8, &generator));id=\(Self.encoded(id, &generator))"
                    + "?module-path=\(Self.encoded(path.utf8, &generator))")
            #expect(uri.token.label?.utf8.elementsEqual(label.utf8) == true)
            #expect(uri.key.id == id)
            #expect(uri.modulePath.utf8.elementsEqual(path.utf8))
        }
    }

    @Test("One wrong byte anywhere is refused, or changes the value that it is in, and nothing crashes")
    func mutations() throws {
        let good = Array("pkcs11:token=abc;object=kek?module-path=/usr/m.so&pin-source=file:/etc/pin".utf8)
        let expected = try PKCS11URI(String(decoding: good, as: UTF8.self))
        for index in good.indices {
            for byte in UInt8.min ... .max where byte != good[index] {
                var changed = good
                changed[index] = byte
                let uri = try? PKCS11URI(String(decoding: changed, as: UTF8.self))
                #expect(uri != expected || index < "pkcs11".utf8.count)
            }
        }
    }

    /// No control characters, no slash at the beginning, nothing empty.
    static func text(_ generator: inout SeededGenerator) -> String {
        let alphabet = Array("abcXYZ019 -._~:[]@!$'()*+,=&/?|;%#\"<>é\u{4E2D}\u{1F511}")
        let length = Int.random(in: 0...12, using: &generator)
        return "t" + String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    }

    static func encoded(_ bytes: some Sequence<UInt8>, _ generator: inout SeededGenerator) -> String {
        let plain = Set("abcXYZ019-._~:[]@!$'()*+,=".utf8)
        return bytes.map { byte in
            if plain.contains(byte), Bool.random(using: &generator) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: Bool.random(using: &generator))
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
