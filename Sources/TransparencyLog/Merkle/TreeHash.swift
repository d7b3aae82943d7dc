import Crypto
import WireFormats

/// The SHA-256 hash of a leaf or of a subtree.
///
/// Four words and not an array of bytes: a tile has 256 of them, and a log millions.
package struct TreeHash: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = 32

    /// The root of the tree without leaves: the hash of nothing, RFC 6962 §2.1.
    package static let emptyRoot = TreeHash(SHA256.hash(data: [UInt8]()))

    /// - Returns: nil unless there are 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    /// - Returns: nil unless it is the base64 of 32 bytes.
    package init?(base64 text: some StringProtocol) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.init(bytes)
    }

    init(_ digest: SHA256.Digest) {
        words = digest.withUnsafeBytes { $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self) }
    }

    /// The hash of a leaf: `SHA-256(0x00 ‖ entry)`, RFC 6962 §2.1.
    package static func leaf(_ entry: [UInt8]) -> TreeHash {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
        entry.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return TreeHash(hash.finalize())
    }

    /// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`, RFC 6962 §2.1.
    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(1)) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: left.words) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: right.words) { hash.update(bufferPointer: $0) }
        return TreeHash(hash.finalize())
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    package var base64: String { Base64.encode(bytes) }

    func append(to output: inout [UInt8]) { withUnsafeBytes(of: words) { output.append(contentsOf: $0) } }

    /// Takes the same time whatever differs.
    package static func == (left: TreeHash, right: TreeHash) -> Bool {
        (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
            | (left.words.3 ^ right.words.3) == 0
    }

    package func hash(into hasher: inout Hasher) { withUnsafeBytes(of: words) { hasher.combine(bytes: $0) } }
}

extension TreeHash: CustomStringConvertible {
    package var description: String { base64 }
}
