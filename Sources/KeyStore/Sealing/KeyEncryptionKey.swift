import Foundation
import JOSE

/// The key that every other key is sealed with before it is stored: the one secret that is kept outside the database.
package struct KeyEncryptionKey: Sendable {
    /// Bytes of the key.
    package static let byteCount = SealingKey.byteCount
    private static let version: UInt8 = 1
    private let key: SealingKey

    /// A key from 32 bytes in standard base64 (RFC 4648 §4), as `openssl rand -base64 32` prints them.
    package init(base64 text: String) throws(KeyEncryptionKeyFault) {
        guard let bytes = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw .notBase64
        }
        guard let key = SealingKey(Array(bytes)) else { throw .wrongLength(bytes.count, path: nil) }
        self.key = key
    }

    /// The key in the file at `path`: 32 bytes, readable by their owner alone. On the first start the file is made.
    ///
    /// - Parameter sealedKeysExist: whether any key has been sealed already. A new key would never open those, so then
    ///   a missing file is an error and not a first start.
    package init(file path: String, sealedKeysExist: Bool) throws(KeyEncryptionKeyFault) {
        if let bytes = try SecretFile.content(of: path) {
            try self.init(bytes, path: path)
            return
        }
        guard !sealedKeysExist else { throw .missingWhileSealedKeysExist(path: path) }
        try SecretFile.createIfAbsent(path, secureRandomBytes(Self.byteCount))
        // Read back, since another process may have been first.
        try self.init(try SecretFile.content(of: path) ?? [], path: path)
    }

    /// A key that is derived from one that stays elsewhere: NIST SP 800-108r1 §4.1 (counter mode), its only block.
    ///
    /// - Parameter authenticationCode: the HMAC-SHA-256 of a message by that key. The same key always gives the same.
    package init(derivedBy authenticationCode: ([UInt8]) throws -> [UInt8]) throws {
        let bytes = try authenticationCode(Self.derivationInput)
        guard let key = SealingKey(bytes) else { throw KeyEncryptionKeyFault.wrongLength(bytes.count, path: nil) }
        self.key = key
    }

    /// Counter, label, zero, context, length of the key in bits. What is asked of that key for another purpose must
    /// differ from this.
    static let derivationInput: [UInt8] =
        [0, 0, 0, 1] + "vouchsafe key-encryption key".utf8 + [0] + "version 1".utf8 + [0, 0, 1, 0]

    private init(_ bytes: [UInt8], path: String) throws(KeyEncryptionKeyFault) {
        guard let key = SealingKey(bytes) else { throw .wrongLength(bytes.count, path: path) }
        self.key = key
    }

    /// A version byte, nonce, ciphertext and tag. The label says what is sealed, and must be the same to open it.
    package func seal(_ plaintext: [UInt8], label: String) -> [UInt8] {
        key.seal(plaintext, header: [Self.version], label: label)
    }

    package func open(_ sealed: [UInt8], label: String) throws(SealRefusal) -> [UInt8] {
        guard let version = sealed.first else { throw .tooShort }
        guard version == Self.version else { throw .unknownVersion(version) }
        return try key.open(sealed, headerLength: 1, label: label)
    }
}

extension KeyEncryptionKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "KeyEncryptionKey(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no key-encryption key to start with.
package enum KeyEncryptionKeyFault: Error, Equatable {
    case notBase64
    /// Not 32 bytes; the path is nil for a key given as text.
    case wrongLength(Int, path: String?)
    /// Group or others have access; the mode is the file's permission bits.
    case accessibleToOthers(path: String, mode: UInt32)
    case notRegularFile(path: String)
    case missingWhileSealedKeysExist(path: String)
    /// A system call on the file failed with this `errno`.
    case inaccessible(path: String, call: String, errno: Int32)
}

extension KeyEncryptionKeyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notBase64: "The key-encryption key is not base64."
        case .wrongLength(let count, let path):
            "The key-encryption key \(path.map { "in \($0) " } ?? "")has \(count) bytes; it must have 32."
        case .accessibleToOthers(let path, let mode):
            "The key-encryption key \(path) is accessible to group or others (mode \(String(mode, radix: 8))). "
                + "Run chmod 600 on it, and consider whether somebody has read it."
        case .notRegularFile(let path): "The key-encryption key \(path) is not a regular file."
        case .missingWhileSealedKeysExist(let path):
            "The key-encryption key \(path) is missing, but the database has keys sealed with it. "
                + "Restore the file from backup: a new one cannot open them."
        case .inaccessible(let path, let call, let code):
            "The key-encryption key \(path): \(call) failed: \(String(cString: strerror(code)))."
        }
    }
}
