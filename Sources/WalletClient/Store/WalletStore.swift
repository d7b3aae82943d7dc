package import Foundation
import JOSE
import WireFormats

/// The wallet's credentials and keys in a folder: one sealed file for each credential.
package struct WalletStore: Sendable {
    private static let suffix = ".credential"

    private let folder: PrivateFolder
    private let key: SealingKey

    /// Opens the wallet in the folder at `path`, making both if they are not there.
    package init(at path: String, protection: WalletProtection) throws(WalletStoreRefusal) {
        folder = try PrivateFolder(creating: path)
        key = try SealingKey(in: folder, protection)
    }

    /// Keeps a credential that was verified on its way in. It is on the disk when this returns.
    package func add(_ received: ReceivedCredential, at instant: Date) throws(WalletStoreRefusal) -> StoredCredential {
        let id = secureRandomBytes(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        let stored = StoredCredential(id: id, received, storedAt: instant)
        let name = id + Self.suffix
        guard try folder.create(name, key.seal(stored.record.encoded(), name: name)) else { throw .file(name) }
        return stored
    }

    /// Puts a renewed credential in the place of the old one, under its identifier: after a crash there is one of them.
    package func replace(
        _ id: String, with received: ReceivedCredential, at instant: Date
    ) throws(WalletStoreRefusal) -> StoredCredential {
        guard try folder.read(fileName(of: id)) != nil else { throw .unknownCredential(id: id) }
        let stored = StoredCredential(id: id, received, storedAt: instant)
        try write(stored)
        return stored
    }

    /// Keeps what an authorization server gave to renew with, in every credential that was renewed with `old` so far: they
    /// came of one login, and `old` may not be taken again.
    package func keep(_ renewal: CredentialRenewal, insteadOf old: CredentialRenewal) throws(WalletStoreRefusal) {
        guard !renewal.refreshToken.hasSameBytes(as: old.refreshToken) else { return }
        for stored in try list().credentials where stored.renewal?.isOf(sameLoginAs: old) == true {
            var changed = stored
            changed.renewal = stored.renewal?.with(refreshToken: renewal.refreshToken)
            try write(changed)
        }
    }

    private func write(_ stored: StoredCredential) throws(WalletStoreRefusal) {
        let name = try fileName(of: stored.id)
        try folder.replace(name, key.seal(stored.record.encoded(), name: name))
    }

    /// What the wallet has, the oldest first, and the identifiers of files that could not be opened.
    package func list() throws(WalletStoreRefusal) -> (credentials: [StoredCredential], damaged: [String]) {
        var credentials: [StoredCredential] = []
        var damaged: [String] = []
        for name in try folder.names() where name.hasSuffix(Self.suffix) {
            let id = String(name.dropLast(Self.suffix.count))
            do throws(WalletStoreRefusal) {
                credentials.append(try credential(id))
            } catch .unknownCredential {
                // Deleted since the names were read, or not a name of ours.
                continue
            } catch {
                damaged.append(id)
            }
        }
        return (credentials.sorted { ($0.storedAt, $0.id) < ($1.storedAt, $1.id) }, damaged)
    }

    package func credential(_ id: String) throws(WalletStoreRefusal) -> StoredCredential {
        let name = try fileName(of: id)
        guard let sealed = try folder.read(name) else { throw .unknownCredential(id: id) }
        guard let record = key.open(sealed, name: name), let stored = StoredCredential(id: id, record: record) else {
            throw .damagedCredential(id: id)
        }
        return stored
    }

    /// Deletes the credential and its key; a damaged one too.
    package func delete(_ id: String) throws(WalletStoreRefusal) {
        guard try folder.delete(fileName(of: id)) else { throw .unknownCredential(id: id) }
    }

    /// Identifiers come from the command line: anything but hexadecimal digits could lead out of the folder.
    private func fileName(of id: String) throws(WalletStoreRefusal) -> String {
        guard id.utf8.count == 16, id.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
            throw .unknownCredential(id: id)
        }
        return id + Self.suffix
    }
}
