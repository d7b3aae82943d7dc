import Crypto
import CryptoExtras
import Foundation
import WireFormats

/// Authenticated encryption of the content, by its JOSE name, RFC 7518 §5.1.
package enum ContentEncryption: String, Sendable, CaseIterable {
    case a128GCM = "A128GCM"
    case a256GCM = "A256GCM"
    case a128CBCHS256 = "A128CBC-HS256"
    case a256CBCHS512 = "A256CBC-HS512"

    /// By the exact bytes of the name: the initialiser of raw values takes canonically equivalent names too.
    package init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.rawValue.hasSameBytes(as: name) }) else { return nil }
        self = match
    }

    /// Bytes of the content encryption key.
    var keyLength: Int {
        switch self {
        case .a128GCM: 16
        case .a256GCM, .a128CBCHS256: 32
        case .a256CBCHS512: 64
        }
    }

    private var nonceLength: Int {
        switch self {
        case .a128GCM, .a256GCM: 12
        case .a128CBCHS256, .a256CBCHS512: 16
        }
    }

    private var tagLength: Int {
        switch self {
        case .a128GCM, .a256GCM, .a128CBCHS256: 16
        case .a256CBCHS512: 32
        }
    }

    /// The last three parts of a JWE.
    struct Sealed {
        let nonce: [UInt8]
        let ciphertext: [UInt8]
        let tag: [UInt8]
    }

    /// Encrypts with a fresh nonce. `key` has ``keyLength`` bytes.
    func seal(_ plaintext: [UInt8], key: [UInt8], authenticating header: [UInt8]) throws -> Sealed {
        let nonce = secureRandomBytes(nonceLength)
        switch self {
        case .a128GCM, .a256GCM:
            let box = try AES.GCM.seal(
                plaintext, using: SymmetricKey(data: key), nonce: AES.GCM.Nonce(data: nonce), authenticating: header)
            return Sealed(nonce: nonce, ciphertext: Array(box.ciphertext), tag: Array(box.tag))
        case .a128CBCHS256, .a256CBCHS512:
            let ciphertext = Array(
                try AES._CBC.encrypt(plaintext, using: Self.cipherKey(key), iv: AES._CBC.IV(ivBytes: nonce)))
            return Sealed(nonce: nonce, ciphertext: ciphertext, tag: tag(of: ciphertext, nonce, header, key: key))
        }
    }

    /// The plaintext, nil if anything about it is not as it was sealed. `key` has ``keyLength`` bytes.
    func open(_ sealed: Sealed, key: [UInt8], authenticating header: [UInt8]) -> [UInt8]? {
        guard sealed.nonce.count == nonceLength, sealed.tag.count == tagLength else { return nil }
        switch self {
        case .a128GCM, .a256GCM:
            guard let nonce = try? AES.GCM.Nonce(data: sealed.nonce),
                let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: sealed.ciphertext, tag: sealed.tag)
            else { return nil }
            return (try? AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: header)).map { Array($0) }
        case .a128CBCHS256, .a256CBCHS512:
            // The tag before the padding: whoever can tell one failure from the other can decrypt (RFC 7518 §5.2.2.2).
            let expected = tag(of: sealed.ciphertext, sealed.nonce, header, key: key)
            guard Self.areEqual(expected, sealed.tag), let nonce = try? AES._CBC.IV(ivBytes: sealed.nonce) else {
                return nil
            }
            return (try? AES._CBC.decrypt(sealed.ciphertext, using: Self.cipherKey(key), iv: nonce)).map { Array($0) }
        }
    }

    /// The first half of the key is for the HMAC, the second for the cipher, RFC 7518 §5.2.2.1.
    private static func cipherKey(_ key: [UInt8]) -> SymmetricKey {
        SymmetricKey(data: key.suffix(key.count / 2))
    }

    private func tag(of ciphertext: [UInt8], _ nonce: [UInt8], _ header: [UInt8], key: [UInt8]) -> [UInt8] {
        let bits = UInt64(header.count) * 8
        let length = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
        let parts = [header, nonce, ciphertext, length]
        let key = SymmetricKey(data: key.prefix(key.count / 2))
        let code = self == .a128CBCHS256 ? Self.mac(SHA256.self, parts, key) : Self.mac(SHA512.self, parts, key)
        return Array(code.prefix(tagLength))
    }

    private static func mac<H: HashFunction>(_: H.Type, _ parts: [[UInt8]], _ key: SymmetricKey) -> [UInt8] {
        var mac = HMAC<H>(key: key)
        for part in parts { mac.update(data: part) }
        return mac.finalize().withUnsafeBytes { Array($0) }
    }

    /// Takes the same time wherever they differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
