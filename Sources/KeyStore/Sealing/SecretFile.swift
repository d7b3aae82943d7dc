// The compiler takes the C library's `stat` for a member of this module.
import CoreFoundation
import JOSE
import WireFormats

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that only its owner may read.
enum SecretFile {
    /// More than any key; a longer file is read no further.
    private static let maximumBytes = 4096

    /// The content, or nil if there is no such file.
    static func content(of path: String) throws(KeyEncryptionKeyFault) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .inaccessible(path: path, call: "open", errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .inaccessible(path: path, call: "fstat", errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile(path: path) }
        let mode = UInt32(status.st_mode) & 0o777
        guard mode & 0o077 == 0 else { throw .accessibleToOthers(path: path, mode: mode) }
        var buffer = [UInt8](repeating: 0, count: maximumBytes)
        var length = 0
        while length < buffer.count {
            let count = buffer.withUnsafeMutableBytes { target in
                read(descriptor, target.baseAddress?.advanced(by: length), target.count - length)
            }
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .inaccessible(path: path, call: "read", errno: errno)
            }
            length += count
        }
        return Array(buffer[..<length])
    }

    /// Makes the file with mode 0600, its directory with 0700 if that is missing too, durable when this returns. A file
    /// that exists stays as it is.
    ///
    /// The content is written to a file of another name (`O_EXCL`) and linked into place, which fails if the name is
    /// taken: a second process never sees half a key and never replaces a whole one.
    static func createIfAbsent(_ path: String, _ content: [UInt8]) throws(KeyEncryptionKeyFault) {
        let directory = parent(of: path)
        try makeDirectory(directory, for: path)
        let temporary = path + ".new-" + Base64URL.encode(secureRandomBytes(9))
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .inaccessible(path: path, call: "open", errno: errno) }
        defer { unlink(temporary) }
        let written = write(descriptor, content, content.count) == content.count && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard written else { throw .inaccessible(path: path, call: "write", errno: failure) }
        guard link(temporary, path) == 0 || errno == EEXIST else {
            throw .inaccessible(path: path, call: "link", errno: errno)
        }
        try synchronizeDirectory(directory, for: path)
    }

    private static func makeDirectory(_ directory: String, for path: String) throws(KeyEncryptionKeyFault) {
        if mkdir(directory, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, directory != parent(of: directory) else {
            throw .inaccessible(path: path, call: "mkdir", errno: errno)
        }
        try makeDirectory(parent(of: directory), for: path)
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw .inaccessible(path: path, call: "mkdir", errno: errno)
        }
    }

    private static func synchronizeDirectory(_ directory: String, for path: String) throws(KeyEncryptionKeyFault) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .inaccessible(path: path, call: "open", errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .inaccessible(path: path, call: "fsync", errno: errno) }
    }

    private static func parent(of path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
