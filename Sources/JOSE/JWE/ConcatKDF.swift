import Crypto

/// The one-step key derivation of NIST SP 800-56A with SHA-256, as RFC 7518 §4.6.2 fills it in.
package enum ConcatKDF {
    /// - Parameters:
    ///   - secret: what both sides agreed upon, Z.
    ///   - algorithm: the JOSE name of what the key is for: of the content encryption, or of the key agreement with
    ///     key wrapping.
    ///   - partyU: the decoded `apu` header parameter, empty if there is none; `partyV` likewise `apv`.
    ///   - length: bytes of the key.
    package static func deriveKey(
        from secret: [UInt8], algorithm: String, partyU: [UInt8], partyV: [UInt8], length: Int
    ) -> [UInt8] {
        var info: [UInt8] = []
        for field in [Array(algorithm.utf8), partyU, partyV] { info += bytes(field.count) + field }
        info += bytes(length * 8)
        var key: [UInt8] = []
        var round = 0
        while key.count < length {
            round += 1
            key += SHA256.hash(data: bytes(round) + secret + info)
        }
        return Array(key.prefix(length))
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
