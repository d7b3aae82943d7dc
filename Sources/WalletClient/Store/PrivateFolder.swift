import Foundation

/// A folder that only its owner can read, with files that are there whole or not at all.
struct PrivateFolder: Sendable {
    /// Larger than any file the wallet writes.
    private static let maximumBytes = 8 << 20

    let path: String

    /// Opens the folder, making it if it is not there, and takes other users' access to it away.
    init(creating path: String) throws(WalletStoreRefusal) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        } catch {
            throw .folder(path)
        }
    }

    func names() throws(WalletStoreRefusal) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { throw .folder(path) }
        return names.sorted()
    }

    /// The contents of a file, nil if there is none of that name.
    func read(_ name: String) throws(WalletStoreRefusal) -> [UInt8]? {
        let descriptor = open(file(name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .file(name) }
            return nil
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let data = try? handle.read(upToCount: Self.maximumBytes + 1) ?? Data(), data.count <= Self.maximumBytes
        else { throw .file(name) }
        return Array(data)
    }

    /// Writes a new file, durable when this returns.
    ///
    /// - Returns: false if there was one of that name, which then stays as it is.
    func create(_ name: String, _ bytes: [UInt8]) throws(WalletStoreRefusal) -> Bool {
        let temporary = file(".new-" + UUID().uuidString)
        defer { unlink(temporary) }
        guard Self.write(bytes, to: temporary) else { throw .file(name) }
        // A hard link fails where a rename would overwrite: two commands may start with an empty folder at once.
        guard link(temporary, file(name)) == 0 else {
            guard errno == EEXIST else { throw .file(name) }
            return false
        }
        guard flush() else { throw .file(name) }
        return true
    }

    /// Writes a file, in the place of another if there is one of that name. Durable when this returns; before that, the
    /// other one is there whole.
    func replace(_ name: String, _ bytes: [UInt8]) throws(WalletStoreRefusal) {
        let temporary = file(".new-" + UUID().uuidString)
        guard Self.write(bytes, to: temporary) else {
            unlink(temporary)
            throw .file(name)
        }
        guard rename(temporary, file(name)) == 0 else {
            unlink(temporary)
            throw .file(name)
        }
        guard flush() else { throw .file(name) }
    }

    /// - Returns: false if there was no file of that name.
    func delete(_ name: String) throws(WalletStoreRefusal) -> Bool {
        guard unlink(file(name)) == 0 else {
            guard errno == ENOENT else { throw .file(name) }
            return false
        }
        guard flush() else { throw .file(name) }
        return true
    }

    private func file(_ name: String) -> String { path + "/" + name }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: bytes)
            try handle.synchronize()
            try handle.close()
            return true
        } catch {
            return false
        }
    }

    /// Makes the names of files durable.
    private func flush() -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
