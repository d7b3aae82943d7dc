import Crypto
package import Foundation

/// Something that a client may present once: the `jti` of a proof or assertion.
package struct SingleUse: Sendable, Hashable {
    /// What the identifier is of: one of another kind may have the same text.
    package enum Kind: String, Sendable {
        case dpopProof = "dpop"
        case clientAssertion = "client assertion"
        case attestationProof = "attestation proof"
        case requestObject = "request object"
        /// A token that is good for one use, at the market that it is for.
        case accessToken = "access token"
    }

    package static let length = 24

    package let kind: Kind

    /// Six bytes of milliseconds since 1970, big-endian, after which a replay is refused for its age; then a digest.
    ///
    /// Beginning with the time keeps new rows together in an index, and old ones too.
    package let bytes: [UInt8]

    /// - Parameters:
    ///   - owner: who made the identifier: a key's thumbprint, or a client's identifier.
    ///   - expiresAt: computed from what is signed, so that the same message gives the same bytes.
    package init(_ kind: Kind, of owner: some Sequence<UInt8>, identifier: String, expiresAt: Date) {
        self.kind = kind
        var hash = SHA256()
        let owner = Array(owner)
        hash.update(data: Array("\(kind.rawValue)\n\(owner.count)\n".utf8))
        hash.update(data: owner)
        hash.update(data: Array(identifier.utf8))
        let milliseconds = UInt64(clamping: Int64((expiresAt.timeIntervalSince1970 * 1000).rounded(.down)))
        bytes =
            withUnsafeBytes(of: milliseconds.bigEndian) { Array($0.dropFirst(2)) }
            + hash.finalize().prefix(Self.length - 6)
    }

    /// As it was kept.
    ///
    /// - Parameter bytes: of another use's ``bytes``.
    package init?(_ kind: Kind, bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        (self.kind, self.bytes) = (kind, bytes)
    }

    /// The lowest bytes that end at `instant`: those that end earlier sort before them.
    package static func first(endingAt instant: Date) -> [UInt8] {
        let milliseconds = UInt64(clamping: Int64(instant.timeIntervalSince1970 * 1000))
        return withUnsafeBytes(of: milliseconds.bigEndian) { Array($0.dropFirst(2)) }
            + [UInt8](repeating: 0, count: length - 6)
    }
}
