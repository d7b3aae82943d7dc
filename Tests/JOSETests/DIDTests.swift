import Crypto
import Foundation
import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("Keys in DIDs")
struct DIDTests {
    @Test("A key comes back from its did:key and did:jwk, bare or as a DID URL", arguments: SignatureAlgorithm.allCases)
    func roundtrip(algorithm: SignatureAlgorithm) throws {
        let key = Samples.key(algorithm).publicKey
        let didKey = DIDKeyMaterial.didKey(for: key)
        let didJWK = DIDKeyMaterial.didJWK(for: key)
        for url in [didKey, didKey + "#" + didKey.dropFirst("did:key:".count), didJWK, didJWK + "#0"] {
            #expect(try DIDKeyMaterial.publicKey(for: url) == key)
            #expect([didKey, didJWK].contains(DIDKeyMaterial.did(of: url)))
        }
    }

    @Test(
        "Methods that need a network, and what is no DID at all, are refused",
        arguments: [
            "", "did:web:issuer.example", "did:example:123#0", "did:", "key-1", "DID:KEY:z6Mk",
            "https://issuer.example",
        ])
    func unsupportedMethod(text: String) {
        #expect(throws: DIDRefusal.unsupportedMethod) { try DIDKeyMaterial.publicKey(for: text) }
    }

    @Test(
        "A DID whose identifier does not decode is refused",
        arguments: [
            "did:key:", "did:key:z", "did:key:z6", "did:key:6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
            "did:key:f8024", "did:key:z0OIl", "did:key:z6Mk!", "did:jwk:", "did:jwk:e30=", "did:jwk:W10", "did:jwk:!",
            "did:jwk:e30x",
        ])
    func malformed(text: String) {
        #expect(throws: DIDRefusal.malformed) { try DIDKeyMaterial.publicKey(for: text) }
    }

    @Test("A DID longer than any is refused")
    func tooLong() {
        let long = "did:jwk:" + String(repeating: "A", count: DIDKeyMaterial.maximumBytes)
        #expect(throws: DIDRefusal.malformed) { try DIDKeyMaterial.publicKey(for: long) }
        let multibase = "did:key:z" + String(repeating: "1", count: 300)
        #expect(throws: DIDRefusal.malformed) { try DIDKeyMaterial.publicKey(for: multibase) }
    }

    @Test("A fragment that names no key of the document is refused", arguments: ["#1", "#", "#key-1", "#0#0", "#00"])
    func unknownKey(fragment: String) {
        let key = Samples.key(.es256).publicKey
        for did in [DIDKeyMaterial.didJWK(for: key), DIDKeyMaterial.didKey(for: key)] {
            #expect(throws: DIDRefusal.unknownKey) { try DIDKeyMaterial.publicKey(for: did + fragment) }
        }
    }

    @Test(
        "did:key of other types is refused",
        arguments: [[0xEC, 0x01], [0xE7, 0x01], [0x82, 0x24], [0x85, 0x24], [0xEB, 0x01]])
    func unsupportedKeyType(prefix: [UInt8]) {
        let did = "did:key:z" + Base58BTC.encode(prefix + [UInt8](repeating: 2, count: 33))
        #expect(throws: DIDRefusal.unsupportedKeyType) { try DIDKeyMaterial.publicKey(for: did) }
    }

    @Test("did:key of a point that is not compressed, not on the curve or too long is refused")
    func points() throws {
        guard case .p256(let p256) = Samples.key(.es256).publicKey, case .p384(let p384) = Samples.key(.es384).publicKey
        else {
            Issue.record("samples of another type")
            return
        }
        let bad: [([UInt8], [UInt8])] = [
            ([0x80, 0x24], Array(p256.x963Representation)), ([0x80, 0x24], Array(p256.rawRepresentation)),
            ([0x80, 0x24], Array(p256.compressedRepresentation) + [0]),
            ([0x80, 0x24], Array(p256.compressedRepresentation.dropLast())),
            ([0x80, 0x24], [0x02] + [UInt8](repeating: 0xFF, count: 32)),
            ([0x80, 0x24], [0x05] + p256.compressedRepresentation.dropFirst()), ([0x80, 0x24], [0x00]),
            ([0x81, 0x24], Array(p384.x963Representation)), ([0x81, 0x24], Array(p384.compressedRepresentation) + [0]),
            ([0x81, 0x24], Array(p256.compressedRepresentation)), ([0xED, 0x01], [UInt8](repeating: 9, count: 31)),
            ([0xED, 0x01], [UInt8](repeating: 9, count: 33)),
        ]
        for (prefix, material) in bad {
            let did = "did:key:z" + Base58BTC.encode(prefix + material)
            #expect(throws: DIDRefusal.key(.pointNotOnCurve), "\(did)") { try DIDKeyMaterial.publicKey(for: did) }
        }
    }

    @Test("did:jwk with a key that is refused as a JWK is refused for the same reason")
    func didJWK() {
        let jwk = Samples.key(.es256).publicKey.jwk
        let cases: [(JSONObject, JWKRefusal)] = [
            (jwk.with("d", "AA"), .privateMember), (jwk.with("crv", "P-521"), .unsupportedCurve),
            (["kty": "RSA"], .unsupportedKeyType), (jwk.with("use", "enc"), .notForThisUse),
            (jwk.with("x", nil), .malformedMember("x")),
        ]
        for (jwk, reason) in cases {
            let did = "did:jwk:" + Base64URL.encode(JSON.object(jwk).encoded())
            #expect(throws: DIDRefusal.key(reason)) { try DIDKeyMaterial.publicKey(for: did) }
        }
    }
}

@Suite("Published DIDs", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct PublishedDIDTests {
    /// The JWK that a did:key's document or key pair states, if it has one.
    private func statedJWK(_ entry: JSON) -> JSONObject? {
        for holder in ["verificationMethod", "verificationKeyPair"] {
            if let jwk = entry[holder]?["publicKeyJwk"]?.object { return jwk.publicPart }
        }
        return entry["didDocument"]?["verificationMethod"]?.array?.lazy.compactMap { $0["publicKeyJwk"]?.object }.first
    }

    @Test("did:key of NIST curves gives the stated JWK, and back; P-521 is refused")
    func nist() throws {
        var supported = 0
        var refused = 0
        for (did, entry) in try #require(try Vectors.read("did/did-key/nist-curves.json").object).members {
            guard !did.hasPrefix("did:key:z2J9") else {
                #expect(throws: DIDRefusal.unsupportedKeyType) { try DIDKeyMaterial.publicKey(for: did) }
                refused += 1
                continue
            }
            let key = try DIDKeyMaterial.publicKey(for: did)
            #expect(DIDKeyMaterial.didKey(for: key) == did)
            if let jwk = statedJWK(entry) { #expect(try PublicKey(jwk: jwk) == key) }
            if let base58 = entry["verificationMethod"]?["publicKeyBase58"]?.string {
                #expect(try Base58BTC.decode(base58) == Array(compressed(key)))
            }
            supported += 1
        }
        #expect(supported == 5)
        #expect(refused == 2)
    }

    private func compressed(_ key: PublicKey) -> Data {
        switch key {
        case .p256(let key): key.compressedRepresentation
        case .p384(let key): key.compressedRepresentation
        case .ed25519(let key): key.rawRepresentation
        case .rsa(let key): key.derRepresentation
        }
    }

    @Test("did:key of Ed25519 gives the public key of the stated seed, and back")
    func ed25519() throws {
        let entries = try #require(try Vectors.read("did/did-key/ed25519-x25519.json").object).members
        for (did, entry) in entries {
            let hex = try #require(entry["seed"]?.string)
            let seed = stride(from: 0, to: 64, by: 2).map { UInt8(hex.dropFirst($0).prefix(2), radix: 16)! }
            let key = try PrivateKey(.edDSA, rawRepresentation: seed).publicKey
            #expect(try DIDKeyMaterial.publicKey(for: did) == key)
            #expect(DIDKeyMaterial.didKey(for: key) == did)
        }
        #expect(entries.count == 5)
    }

    @Test("did:key of RSA, secp256k1 and X25519 is refused", arguments: ["rsa", "secp256k1", "x25519"])
    func others(file: String) throws {
        let entries = try #require(try Vectors.read("did/did-key/\(file).json").object)
        let dids = entries["didDocument"]?.object?.names ?? entries.names
        #expect(!dids.isEmpty)
        for did in dids {
            // An RSA key is longer than any that is accepted, so its base58 is not even decoded.
            let reason: DIDRefusal = file == "rsa" ? .malformed : .unsupportedKeyType
            #expect(throws: reason) { try DIDKeyMaterial.publicKey(for: did) }
        }
    }

    @Test("did:jwk of P-256 gives the stated JWK; that of X25519 is refused")
    func didJWK() throws {
        for entry in try #require(try Vectors.read("did/did-jwk.json").array) {
            let did = try #require(entry["did"]?.string)
            guard entry["name"] == "P-256" else {
                #expect(throws: DIDRefusal.key(.unsupportedCurve)) { try DIDKeyMaterial.publicKey(for: did) }
                continue
            }
            let key = try DIDKeyMaterial.publicKey(for: try #require(entry["didUrl"]?.string))
            #expect(key.jwk == entry["jwk"]?.object)
            #expect(DIDKeyMaterial.didJWK(for: key) == did)
        }
    }
}
