import Foundation
import Verifier
import WireFormats

/// What `vouchsafe verify` was given to look at.
enum VerifyInput {
    private static let maximumBytes = 4 << 20

    /// A file's bytes, or those of standard input for `-`.
    static func read(_ path: String) throws -> [UInt8] {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle else { throw CommandFailure(printing: "Cannot read \(path); check the name and permissions.") }
        var bytes: [UInt8] = []
        do {
            while let chunk = try handle.read(upToCount: 1 << 16), !chunk.isEmpty, bytes.count <= maximumBytes {
                bytes += chunk
            }
        } catch {
            throw CommandFailure(printing: "Cannot read \(path); check that it is a file.")
        }
        guard bytes.count <= maximumBytes else {
            throw CommandFailure(printing: "\(path) is too large for a credential.")
        }
        return bytes
    }

    /// The credential in a file: bare, or the member `credential` of the JSON that `wallet show --json` prints.
    static func credential(in file: [UInt8]) throws -> [UInt8] {
        let text = file.trimmingWhiteSpace
        guard !text.isEmpty else { throw CommandFailure(printing: "There is nothing to verify: the input is empty.") }
        guard text.first == UInt8(ascii: "{") else { return Array(text) }
        let limits = JSONLimits(depth: 32, values: 100_000)
        guard let credential = (try? JSON(parsing: Array(text), limits: limits))?["credential"]?.string else {
            throw CommandFailure(
                printing: "The JSON has no credential; give what `vouchsafe wallet show --json` prints.")
        }
        return Array(credential.utf8)
    }
}

extension [UInt8] {
    fileprivate var trimmingWhiteSpace: ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return []
        }
        return self[first...last]
    }
}
