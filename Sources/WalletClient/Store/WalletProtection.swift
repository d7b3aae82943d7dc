import Crypto
import CryptoExtras
import Foundation
import JOSE
import WireFormats

/// What the key that seals the wallet's files is itself protected with.
package enum WalletProtection: Sendable {
    /// A random key in a file beside them, which only its owner can read.
    case keyFile
    case passphrase([UInt8], scrypt: ScryptCost)

    /// The work of deriving a key from a passphrase, RFC 7914 §2.
    package struct ScryptCost: Sendable {
        /// A power of two; memory is 1 KiB times this.
        package let rounds: Int

        /// 128 MiB and about half a second.
        package static let standard = ScryptCost(rounds: 1 << 17)

        package init(rounds: Int) {
            self.rounds = rounds
        }
    }
}

/// The key that seals the wallet's files, made on first use. `wallet.json` says how it is protected.
struct SealingKey: Sendable {
    private static let description = "wallet.json"
    private static let keyFile = "wallet.key"
    private static let blockSize = 8

    private let key: SymmetricKey

    init(in folder: PrivateFolder, _ protection: WalletProtection) throws(WalletStoreRefusal) {
        if try folder.read(Self.description) == nil { try Self.make(in: folder, protection) }
        guard let bytes = try folder.read(Self.description), let stated = (try? JSON(parsing: bytes))?.object else {
            throw .damagedProtection
        }
        switch (stated["protection"]?.string, protection) {
        case ("key_file", .keyFile):
            guard let bytes = try folder.read(Self.keyFile), bytes.count == 32 else { throw .damagedProtection }
            key = SymmetricKey(data: bytes)
        case ("passphrase", .passphrase(let passphrase, _)): key = try Self.open(stated, passphrase)
        case ("key_file", .passphrase): throw .noPassphraseExpected
        case ("passphrase", .keyFile): throw .passphraseNeeded
        default: throw .damagedProtection
        }
    }

    /// Another command doing the same at once is no harm: the first to finish wins, and both read what it wrote.
    private static func make(in folder: PrivateFolder, _ protection: WalletProtection) throws(WalletStoreRefusal) {
        let key = secureRandomBytes(32)
        var stated: JSONObject = ["version": 1]
        switch protection {
        case .keyFile:
            stated["protection"] = "key_file"
            _ = try folder.create(keyFile, key)
        case .passphrase(let passphrase, let cost):
            let salt = secureRandomBytes(16)
            let wrapping = try derive(from: passphrase, salt: salt, rounds: cost.rounds)
            stated["protection"] = "passphrase"
            stated["kdf"] = "scrypt"
            stated["rounds"] = .integer(Int64(cost.rounds))
            stated["salt"] = .string(Base64URL.encode(salt))
            stated["sealed_key"] = .string(Base64URL.encode(seal(key, name: description, with: wrapping)))
        }
        _ = try folder.create(description, JSON.object(stated).encoded())
    }

    private static func open(_ stated: JSONObject, _ passphrase: [UInt8]) throws(WalletStoreRefusal) -> SymmetricKey {
        guard stated["kdf"] == "scrypt", let rounds = stated["rounds"]?.integer.map(Int.init(clamping:)),
            let salt = stated["salt"]?.string.flatMap({ try? Base64URL.decode($0) }), !salt.isEmpty,
            let sealed = stated["sealed_key"]?.string.flatMap({ try? Base64URL.decode($0) })
        else { throw .damagedProtection }
        let wrapping = try derive(from: passphrase, salt: salt, rounds: rounds)
        guard let key = open(sealed, name: description, with: wrapping) else { throw .wrongPassphrase }
        return SymmetricKey(data: key)
    }

    private static func derive(
        from passphrase: [UInt8], salt: [UInt8], rounds: Int
    ) throws(WalletStoreRefusal) -> SymmetricKey {
        guard !passphrase.isEmpty else { throw .emptyPassphrase }
        // Bounded, so that a file put there by somebody else cannot take all memory.
        guard (2...1 << 20).contains(rounds), rounds & (rounds - 1) == 0,
            let key = try? KDF.Scrypt.deriveKey(
                from: passphrase, salt: salt, outputByteCount: 32, rounds: rounds, blockSize: blockSize, parallelism: 1)
        else { throw .damagedProtection }
        return key
    }

    /// `bytes` sealed under the name of their file, so that one file cannot stand in for another.
    func seal(_ bytes: [UInt8], name: String) -> [UInt8] { Self.seal(bytes, name: name, with: key) }

    /// Nil if the bytes were not sealed by this key under that name.
    func open(_ sealed: [UInt8], name: String) -> [UInt8]? { Self.open(sealed, name: name, with: key) }

    private static func seal(_ bytes: [UInt8], name: String, with key: SymmetricKey) -> [UInt8] {
        // The library's random nonce: 96 bits, far from the 2^32 messages that would endanger one key.
        guard let sealed = try? AES.GCM.seal(bytes, using: key, authenticating: context(name)).combined else {
            // Only a nonce or key of wrong size fails, and both are ours.
            fatalError("AES-GCM with its own nonce and a 256-bit key")
        }
        return Array(sealed)
    }

    private static func open(_ sealed: [UInt8], name: String, with key: SymmetricKey) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
        return (try? AES.GCM.open(box, using: key, authenticating: context(name))).map(Array.init)
    }

    private static func context(_ name: String) -> [UInt8] { Array("vouchsafe wallet 1 \(name)".utf8) }
}
