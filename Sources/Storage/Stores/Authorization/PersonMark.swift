package import Crypto
import Foundation

/// Stands for a person in columns that rows are found by, so that no registry id is in the clear.
package struct PersonMark: Sendable {
    /// The MAC with its key taken in and no message yet: copied for each use.
    private let keyed: HMAC<SHA256>

    /// - Parameter root: a key of the key ring.
    package init(root: SymmetricKey) {
        keyed = HMAC<SHA256>(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: root, info: Data("person mark".utf8), outputByteCount: 32))
    }

    func callAsFunction(_ person: String) -> [UInt8] {
        var mac = keyed
        mac.update(data: Array(person.utf8))
        return Array(mac.finalize().prefix(16))
    }
}
