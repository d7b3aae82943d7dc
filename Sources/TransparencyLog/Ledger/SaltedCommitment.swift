import Crypto
import WireFormats

/// `SHA-256(salt ‖ bytes)`: shows nothing of the bytes to whoever has no salt, and binds whoever made it to them.
package struct SaltedCommitment: Sendable, Hashable {
    /// Bytes of a salt: as many as the hash has, so that trying all salts is no better than inverting the hash.
    package static let saltByteCount = 32

    private let hash: TreeHash

    package init(_ hash: TreeHash) { self.hash = hash }

    /// - Precondition: the salt has 32 bytes.
    package init(to bytes: [UInt8], salt: [UInt8]) {
        precondition(salt.count == Self.saltByteCount, "a salt has 32 bytes")
        var sha = SHA256()
        sha.update(data: salt)
        sha.update(data: bytes)
        hash = TreeHash(sha.finalize())
    }

    /// A commitment with a new random salt. Who is to verify needs the salt; who is to forget deletes it.
    package static func make(to bytes: [UInt8]) -> (commitment: SaltedCommitment, salt: [UInt8]) {
        let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return (SaltedCommitment(to: bytes, salt: salt), salt)
    }

    /// Whether these are the bytes and the salt it was made of. Takes the same time whatever differs.
    package func verify(_ bytes: [UInt8], salt: [UInt8]) -> Bool {
        salt.count == Self.saltByteCount && SaltedCommitment(to: bytes, salt: salt).hash == hash
    }

    package var bytes: [UInt8] { hash.bytes }

    /// Base64url, as it stands in an entry.
    package var text: String { Base64URL.encode(hash.bytes) }
}
