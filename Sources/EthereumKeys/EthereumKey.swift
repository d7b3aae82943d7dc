package import Anchoring
import CSecp256k1
import Crypto

/// A private key on secp256k1, by libsecp256k1: nonces by RFC 6979, s always the lower one.
package struct EthereumKey: EthereumSigner {
    package static let byteCount = 32
    private let secret: [UInt8]
    package let address: EthereumAddress

    /// - Parameter secret: 32 bytes, a number from 1 to below the order of the curve.
    package init(_ secret: [UInt8]) throws(EthereumKeyFault) {
        guard secret.count == Self.byteCount else { throw .wrongLength(secret.count) }
        let context = try Secp256k1Context()
        var point = secp256k1_pubkey()
        guard secp256k1_ec_pubkey_create(context.pointer, &point, secret) == 1 else { throw .notAKey }
        var encoded = [UInt8](repeating: 0, count: 65)
        var count = encoded.count
        secp256k1_ec_pubkey_serialize(context.pointer, &encoded, &count, &point, UInt32(SECP256K1_EC_UNCOMPRESSED))
        // The first byte says that both coordinates follow.
        guard let address = EthereumAddress(publicKey: Array(encoded.dropFirst())) else { throw .notAKey }
        (self.secret, self.address) = (secret, address)
    }

    package func sign(hash: [UInt8]) throws(EthereumKeyFault) -> RecoverableSignature {
        guard hash.count == 32 else { throw .wrongLength(hash.count) }
        let context = try Secp256k1Context()
        var signature = secp256k1_ecdsa_recoverable_signature()
        guard secp256k1_ecdsa_sign_recoverable(context.pointer, &signature, hash, secret, nil, nil) == 1 else {
            throw .notSigned
        }
        var compact = [UInt8](repeating: 0, count: 64)
        var recoveryID: Int32 = 0
        secp256k1_ecdsa_recoverable_signature_serialize_compact(context.pointer, &compact, &recoveryID, &signature)
        // 2 and 3 are for an r beyond the order, which one signature in 2^127 has; Ethereum has no place for them.
        guard let parity = UInt8(exactly: recoveryID),
            let result = RecoverableSignature(
                r: Array(compact[..<32]), s: Array(compact[32...]), recoveryID: parity)
        else { throw .notSigned }
        return result
    }
}

extension EthereumKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "EthereumKey(redacted, \(address))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

package enum EthereumKeyFault: Error, Sendable, Equatable {
    case wrongLength(Int)
    case notAKey
    case notSigned
    case noMemory
}

extension EthereumKeyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongLength(let count): "it has \(count) bytes; it must have 32"
        case .notAKey: "zero, or larger than the order of the curve"
        case .notSigned: "there is no signature for this hash"
        case .noMemory: "there is no memory"
        }
    }
}

/// Blinded with fresh random bytes, so that what signing takes tells nothing of the key.
private final class Secp256k1Context {
    let pointer: OpaquePointer

    init() throws(EthereumKeyFault) {
        guard let pointer = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_SIGN)) else { throw .noMemory }
        self.pointer = pointer
        let seed = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        guard secp256k1_context_randomize(pointer, seed) == 1 else { throw .noMemory }
    }

    deinit { secp256k1_context_destroy(pointer) }
}
