package import JOSE
import WireFormats

/// Why a JWE is not one that values are given in.
package enum SealedMessageRefusal: Error, Equatable {
    /// More than 64 KiB.
    case tooLong
    case jwe(JWERefusal)
    /// `alg` is not `ECDH-ES+A256KW`.
    case wrongAlgorithm
    /// `enc` is not `A256GCM`.
    case wrongEncryption
    /// `kid` is missing, or not the recipient's key.
    case wrongKey
    /// `epk` is no public key of P-256, or its point is not on the curve.
    case ephemeralKey
    /// `cty` is not what is to be inside.
    case wrongContentType
    /// A header member that has no place here, such as `p2c` or `jku`.
    case headerMember
    /// The encrypted key, the nonce or the tag has not its length.
    case wrongLength
}

/// A JWE with values in it, ECDH-ES+A256KW and A256GCM, whose structure was checked without opening it: what those who
/// pass it on can check.
package struct SealedMessage: Sendable {
    package enum Content: String, Sendable {
        /// A release, a nested JWT (RFC 7519 §5.2).
        case release = "JWT"
        /// A deposit.
        case scopeValues = "sd-jwt"
    }

    package let compact: String
    /// `kid`: whose it is to open.
    package let keyID: String
    private let jwe: SealedJWE

    /// Of the whole compact JWE: `jwe_hash`.
    package var hash: MessageHash { MessageHash(of: compact) }

    package enum Recipient: Sendable {
        case key(id: String)
        /// The reader does not know it.
        case any
    }

    package init(
        checking compact: String, content: Content, recipient: Recipient
    ) throws(SealedMessageRefusal) {
        guard compact.utf8.count <= MessageLimits.sealed else { throw .tooLong }
        do throws(JWERefusal) {
            jwe = try SealedJWE(parsing: compact)
        } catch {
            throw .jwe(error)
        }
        guard jwe.algorithm == .ecdhESA256KW else { throw .wrongAlgorithm }
        guard jwe.encryption == .a256GCM else { throw .wrongEncryption }
        let allowed = ["alg", "enc", "kid", "epk", "cty"]
        guard jwe.header.names.allSatisfy({ name in allowed.contains { $0.hasSameBytes(as: name) } }) else {
            throw .headerMember
        }
        guard let keyID = jwe.header["kid"]?.string else { throw .wrongKey }
        if case .key(let wanted) = recipient, !keyID.hasSameBytes(as: wanted) { throw .wrongKey }
        guard let epk = jwe.header["epk"]?.object, epk["crv"] == "P-256",
            (try? JWERecipient(jwk: epk, algorithm: .ecdhESA256KW)) != nil
        else { throw .ephemeralKey }
        guard jwe.header["cty"] == .string(content.rawValue) else { throw .wrongContentType }
        // In base64url: 40 bytes of wrapped key, 12 of nonce, 16 of tag.
        let lengths = compact.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(\.count)
        guard lengths[1] == 54, lengths[2] == 16, lengths[4] == 22 else { throw .wrongLength }
        self.compact = compact
        self.keyID = keyID
    }

    /// What is in it. Who made it, only a signature inside tells.
    package func open(with key: JWEPrivateKey) throws(SealedMessageRefusal) -> [UInt8] {
        do throws(JWERefusal) {
            return try jwe.open(with: key, allowing: [.ecdhESA256KW], encryptions: [.a256GCM]).plaintext
        } catch {
            throw .jwe(error)
        }
    }

    /// - Throws: ``SealedMessageRefusal/tooLong``, or what the cryptographic library throws.
    package static func seal(
        _ plaintext: String, content: Content, to key: PublicEncryptionKey
    ) throws -> String {
        let compact = try JWE.encrypt(
            Array(plaintext.utf8), to: key.recipient, encryption: .a256GCM,
            header: ["cty": .string(content.rawValue)])
        guard compact.utf8.count <= MessageLimits.sealed else { throw SealedMessageRefusal.tooLong }
        return compact
    }
}
