import Crypto
import Foundation
import JOSE
import OAuth
import WireFormats

/// What one browser alone knows, in its cookie. All that the portal keeps of a visit is found and read with it only: the
/// name it is kept under, the key it is sealed with, and the value of forms are derived from it (RFC 5869).
package struct VisitSecret: Sendable {
    private static let length = 32
    private static let identifierLength = 16

    private let bytes: [UInt8]

    /// A fresh one.
    package init() { bytes = secureRandomBytes(Self.length) }

    /// Nil if `text` is none.
    package init?(_ text: some StringProtocol) {
        guard let bytes = try? Base64URL.decode(String(text)), bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// For the cookie.
    package var text: String { Base64URL.encode(bytes) }

    /// What the visit is kept under. Says nothing about the secret.
    package var visitID: [UInt8] { derive("identifier", count: Self.identifierLength) }

    /// Shows that a form is from a page that this browser was given.
    package var csrf: String { Base64URL.encode(derive("form", count: Self.length)) }

    package func hasSent(csrf text: String?) -> Bool {
        text.map { constantTimeEqual(Array($0.utf8), Array(csrf.utf8)) } ?? false
    }

    func seal(_ bytes: [UInt8]) -> [UInt8] {
        // Fails for nonces of other lengths than the library's own only, and keys that are no AES keys.
        guard let box = try? AES.GCM.seal(bytes, using: key, authenticating: visitID), let combined = box.combined
        else { fatalError("AES-GCM refused a key of 32 bytes") }
        return Array(combined)
    }

    /// Nil for what this secret did not seal.
    func open(_ sealed: [UInt8]) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
        return (try? AES.GCM.open(box, using: key, authenticating: visitID)).map(Array.init)
    }

    private var key: SymmetricKey { SymmetricKey(data: derive("seal", count: Self.length)) }

    private func derive(_ purpose: String, count: Int) -> [UInt8] {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: bytes), info: Array("vouchsafe portal visit \(purpose)".utf8),
            outputByteCount: count
        ).withUnsafeBytes(Array.init)
    }
}

/// Without the secret, wherever it is printed.
extension VisitSecret: CustomStringConvertible, CustomReflectable {
    package var description: String { "VisitSecret(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
