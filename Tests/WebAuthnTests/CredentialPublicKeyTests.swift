import Testing
import WebAuthn

@Suite("Credential public keys, WebAuthn Level 3 §6.5.1")
struct CredentialPublicKeyTests {
    private func refusal(_ key: [(CBORValue, CBORValue)]) -> WebAuthnRefusal? {
        do throws(WebAuthnRefusal) {
            _ = try CredentialPublicKey(coseKey: CBORValue.map(key).encoded)
            return nil
        } catch {
            return error
        }
    }

    private func rsa(modulus: [UInt8], exponent: [UInt8] = [1, 0, 1]) -> [(CBORValue, CBORValue)] {
        [
            (.integer(1), .integer(3)), (.integer(3), .integer(-257)), (.integer(-1), .bytes(modulus)),
            (.integer(-2), .bytes(exponent)),
        ]
    }

    @Test("A key that is read back from what is stored is the same key")
    func roundtrip() throws {
        for key in [TestKey.p256, .ed25519] {
            let encoded = CBORValue.map(key.coseKey).encoded
            let read = try CredentialPublicKey(coseKey: encoded)
            #expect(read.coseKey == encoded)
            #expect(try read == CredentialPublicKey(coseKey: encoded))
        }
        #expect(try CredentialPublicKey(coseKey: CBORValue.map(TestKey.p256.coseKey).encoded).algorithm == .es256)
        #expect(try CredentialPublicKey(coseKey: CBORValue.map(TestKey.ed25519.coseKey).encoded).algorithm == .edDSA)
    }

    @Test(
        "A key with a parameter missing, added or of another type is refused",
        arguments: [
            TestKey.p256, .ed25519,
        ])
    func parameters(key: TestKey) {
        for index in key.coseKey.indices {
            var changed = key.coseKey
            changed.remove(at: index)
            #expect(refusal(changed) == .malformedKey)
            changed = key.coseKey
            changed[index].1 = .text("x")
            #expect(refusal(changed) == .malformedKey)
        }
        #expect(refusal(key.coseKey + [(.integer(2), .bytes([1]))]) == .malformedKey)
        #expect(refusal(key.coseKey + [(.integer(-4), .bytes([1]))]) == .malformedKey)
    }

    @Test("Points off the curve, of small order or of another length are refused")
    func points() {
        var key = TestKey.p256.coseKey
        key[4].1 = .bytes(Array(repeating: 1, count: 32))
        #expect(refusal(key) == .malformedKey)
        key[4].1 = .bytes(Array(repeating: 1, count: 33))
        #expect(refusal(key) == .malformedKey)
        // A compressed point: y is its sign.
        key[4].1 = .raw([0xF5])
        #expect(refusal(key) == .malformedKey)
        var edwards = TestKey.ed25519.coseKey
        edwards[3].1 = .bytes([1] + Array(repeating: 0, count: 31))
        #expect(refusal(edwards) == .malformedKey)
        edwards[3].1 = .bytes(Array(repeating: 1, count: 31))
        #expect(refusal(edwards) == .malformedKey)
    }

    @Test("Algorithms and types that were not offered are refused")
    func unsupported() {
        for algorithm in [-35, -36, -37, -47, -9, -19, -65535, 0, 7] as [Int64] {
            var key = TestKey.p256.coseKey
            key[1].1 = .integer(algorithm)
            #expect(refusal(key) == .unsupportedKey)
        }
        for type in [0, 1, 3, 4] as [Int64] {
            var key = TestKey.p256.coseKey
            key[0].1 = .integer(type)
            #expect(refusal(key) == .unsupportedKey)
        }
        var ed448 = TestKey.ed25519.coseKey
        ed448[2].1 = .integer(7)
        #expect(refusal(ed448) == .unsupportedKey)
        var p384 = TestKey.p256.coseKey
        p384[2].1 = .integer(2)
        #expect(refusal(p384) == .malformedKey)
    }

    @Test("RSA keys have 2048 to 4096 bits and the usual exponent")
    func rsa() {
        let odd = [UInt8](repeating: 0xFF, count: 255) + [0xF1]
        #expect(refusal(rsa(modulus: odd)) == nil)
        #expect(refusal(rsa(modulus: [UInt8](repeating: 0xFF, count: 511) + [0xF1])) == nil)
        #expect(refusal(rsa(modulus: [UInt8](repeating: 0xFF, count: 512) + [0xF1])) == .malformedKey)
        #expect(refusal(rsa(modulus: [UInt8](repeating: 0xFF, count: 255))) == .malformedKey)
        #expect(refusal(rsa(modulus: [0] + odd)) == .malformedKey)
        #expect(refusal(rsa(modulus: [0x7F] + odd.dropFirst())) == .malformedKey)
        #expect(refusal(rsa(modulus: [])) == .malformedKey)
        for exponent in [[3], [1], [0, 1, 0, 1], [1, 0, 0], []] as [[UInt8]] {
            #expect(refusal(rsa(modulus: odd, exponent: exponent)) == .malformedKey)
        }
    }

    @Test("What is no map of CBOR alone is no key")
    func notMap() {
        let honest = CBORValue.map(TestKey.p256.coseKey).encoded
        for bytes in [[], [0x80], Array(honest.dropLast()), honest + [0]] as [[UInt8]] {
            #expect(throws: WebAuthnRefusal.malformedKey) { try CredentialPublicKey(coseKey: bytes) }
        }
    }
}
