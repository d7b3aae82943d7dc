package import Crypto
import Foundation

/// Stands for a person in columns that rows are found by, so that no registry id is in the clear.
package struct PersonMark: Sendable {
    private let key: SymmetricKey

    /// - Parameter root: a key of the key ring.
    package init(root: SymmetricKey) {
        key = HKDF<SHA256>.deriveKey(inputKeyMaterial: root, info: Data("person mark".utf8), outputByteCount: 32)
    }

    func callAsFunction(_ person: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(person.utf8), using: key).prefix(16))
    }
}
