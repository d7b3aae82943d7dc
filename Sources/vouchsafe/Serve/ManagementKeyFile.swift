import Foundation
import JOSE
import WireFormats

/// The file with the bearer key of the management API, readable by its owner alone.
enum ManagementKeyFile {
    static func readOrMake(_ file: URL) throws -> String {
        let text = Base64URL.encode(secureRandomBytes(32))
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { return try read(file) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data((text + "\n").utf8))
        try handle.synchronize()
        return text
    }

    static func read(_ file: URL) throws -> String {
        guard let data = FileManager.default.contents(atPath: file.path),
            let text = String(data: data, encoding: .utf8)?.trimmingCharacters(in: .whitespacesAndNewlines)
        else {
            throw CommandFailure("\(file.path): cannot be read; start the server, and set DATA_DIR as it has it")
        }
        guard text.utf8.count >= 32 else {
            throw CommandFailure("\(file.path): the key is too short; remove the file and start the server again")
        }
        return text
    }
}
