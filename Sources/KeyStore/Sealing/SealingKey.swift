import Crypto
import Foundation
import JOSE

/// Why sealed bytes do not open.
package enum SealRefusal: Error, Equatable {
    case tooShort
    case unknownVersion(UInt8)
    /// The bytes name a generation of the key that is not here.
    case unknownGeneration(Int)
    /// Sealed by another key or under another label, or altered since.
    case notAuthentic
}

/// AES-256-GCM, NIST SP 800-38D, with random nonces.
///
/// The body is the nonce (12 bytes), the ciphertext and the tag (16 bytes). Random nonces bound one key to 2^32 seals
/// (§8.3).
struct SealingKey: Sendable {
    static let byteCount = 32
    static let overhead = 12 + 16
    private let key: SymmetricKey

    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// `header` and the body; header and label are authenticated.
    func seal(_ plaintext: [UInt8], header: [UInt8], label: String) -> [UInt8] {
        let nonce = secureRandomBytes(12)
        guard let checked = try? AES.GCM.Nonce(data: nonce),
            let box = try? AES.GCM.seal(
                plaintext, using: key, nonce: checked, authenticating: header + Array(label.utf8))
        else { fatalError("AES-GCM takes a key of 32 bytes and a nonce of 12, and these are") }
        var sealed = header
        sealed.reserveCapacity(header.count + Self.overhead + plaintext.count)
        sealed += nonce
        box.ciphertext.withUnsafeBytes { sealed.append(contentsOf: $0) }
        box.tag.withUnsafeBytes { sealed.append(contentsOf: $0) }
        return sealed
    }

    /// Opens what ``seal(_:header:label:)`` made with a header of `headerLength` bytes.
    func open(_ sealed: [UInt8], headerLength: Int, label: String) throws(SealRefusal) -> [UInt8] {
        guard sealed.count >= headerLength + Self.overhead else { throw .tooShort }
        guard let box = try? AES.GCM.SealedBox(combined: sealed[headerLength...]),
            let plaintext = try? AES.GCM.open(
                box, using: key, authenticating: sealed[..<headerLength] + Array(label.utf8))
        else { throw .notAuthentic }
        return Array(plaintext)
    }
}
