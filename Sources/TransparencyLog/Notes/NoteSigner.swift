package import Crypto

/// Signs checkpoints: of a log, or of a witness.
package struct NoteSigner: Sendable {
    private let privateKey: Curve25519.Signing.PrivateKey
    package let key: NoteKey

    /// - Returns: nil if the name may not be one.
    package init?(name: String, type: NoteSignatureType, privateKey: Curve25519.Signing.PrivateKey) {
        let publicKey = Array(privateKey.publicKey.rawRepresentation)
        guard let key = NoteKey(name: name, type: type, publicKey: publicKey) else { return nil }
        (self.privateKey, self.key) = (privateKey, key)
    }

    /// The signature of a log, C2SP signed-note, "Ed25519 signatures".
    ///
    /// - Precondition: the key's type is `ed25519`.
    package func sign(_ text: String) throws -> SignedNote.Signature {
        precondition(key.type == .ed25519, "a witness's key signs with a time")
        return SignedNote.Signature(
            name: key.name, keyID: key.keyID, bytes: Array(try privateKey.signature(for: Array(text.utf8))))
    }

    /// The signature of a witness, C2SP tlog-cosignature, "Ed25519 signed message".
    ///
    /// - Parameter time: seconds since 1970.
    /// - Precondition: the key's type is `cosignature`.
    package func cosign(_ text: String, at time: UInt64) throws -> SignedNote.Signature {
        precondition(key.type == .cosignature, "a log's key signs without a time")
        let signature = try privateKey.signature(for: Cosignature.message(text, time: time))
        return SignedNote.Signature(
            name: key.name, keyID: key.keyID, bytes: Cosignature.encode(time) + Array(signature))
    }
}

extension NoteSigner: CustomStringConvertible, CustomReflectable {
    package var description: String { "NoteSigner(\(key.text))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// C2SP tlog-cosignature: a time of eight bytes before an Ed25519 signature.
enum Cosignature {
    static func message(_ text: String, time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }

    static func encode(_ time: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * $0)) }
    }

    /// - Returns: nil for another length, or a time past 2^63 - 1.
    static func split(_ bytes: [UInt8]) -> (time: UInt64, signature: ArraySlice<UInt8>)? {
        guard bytes.count == 8 + 64 else { return nil }
        let time = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return time <= UInt64(Int64.max) ? (time, bytes[8...]) : nil
    }
}
