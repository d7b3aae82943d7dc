import Crypto
import WireFormats

/// What a signature of a note says, and how it is made. C2SP signed-note, "Signature types".
package enum NoteSignatureType: UInt8, Sendable {
    /// Ed25519 over the text: how a log signs.
    case ed25519 = 0x01
    /// A time and Ed25519 over time and text: how a witness signs. C2SP tlog-cosignature.
    case cosignature = 0x04
}

/// The public key of who signs notes, C2SP signed-note, "Verifier keys".
package struct NoteKey: Sendable, Hashable {
    package let name: String
    package let type: NoteSignatureType
    /// 32 bytes.
    package let publicKey: [UInt8]
    package let keyID: UInt32

    /// - Returns: nil if the name may not be one, or the key does not have 32 bytes.
    package init?(name: String, type: NoteSignatureType, publicKey: [UInt8]) {
        guard let name = NoteKeyName.checked(name), publicKey.count == 32 else { return nil }
        self.name = name
        self.type = type
        self.publicKey = publicKey
        let digest = SHA256.hash(data: Array(name.utf8) + [UInt8(ascii: "\n"), type.rawValue] + publicKey)
        keyID = digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads `<name>+<key ID in hex>+<base64 of type and key>`.
    ///
    /// - Throws: ``NoteKeyMalformation``.
    package init(parsing text: some StringProtocol) throws(NoteKeyMalformation) {
        let parts = String(text).split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .notThreeParts }
        guard let bytes = Base64.decode(parts[2]), let first = bytes.first else { throw .notBase64 }
        guard let type = NoteSignatureType(rawValue: first) else { throw .unknownType(first) }
        guard let key = NoteKey(name: String(parts[0]), type: type, publicKey: Array(bytes.dropFirst())) else {
            throw .nameOrLength
        }
        guard Self.hex(key.keyID) == parts[1] else { throw .otherKeyID }
        self = key
    }

    /// The text that ``init(parsing:)`` reads.
    package var text: String { "\(name)+\(Self.hex(keyID))+\(Base64.encode([type.rawValue] + publicKey))" }

    private static func hex(_ number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Whether a signature says that it is of this key.
    func isNamed(by signature: SignedNote.Signature) -> Bool {
        keyID == signature.keyID && name.hasSameBytes(as: signature.name)
    }

    /// Ed25519, RFC 8032.
    func verifyEd25519(_ signature: some Collection<UInt8>, of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(Array(signature), for: message)
    }

    package static func == (left: NoteKey, right: NoteKey) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.type == right.type && left.publicKey == right.publicKey
    }
}

extension NoteKey: CustomStringConvertible {
    package var description: String { text }
}

/// Why a text is no verifier key.
package enum NoteKeyMalformation: Error, Equatable, CustomStringConvertible {
    case notThreeParts
    case notBase64
    /// Only Ed25519 (1) and its cosignatures (4) are known here.
    case unknownType(UInt8)
    case nameOrLength
    /// The key ID is not that of name, type and key.
    case otherKeyID

    package var description: String {
        switch self {
        case .notThreeParts: "a verifier key is name+ID+key"
        case .notBase64: "the last part of the verifier key is not base64"
        case .unknownType(let type): "verifier keys of type \(type) are not supported, only 1 and 4"
        case .nameOrLength: "the verifier key has an impossible name, or not 32 bytes of key"
        case .otherKeyID: "the ID of the verifier key does not fit its name and key"
        }
    }
}
