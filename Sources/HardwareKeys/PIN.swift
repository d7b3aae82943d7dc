import Foundation

/// The PIN that opens a token to its user.
struct PIN: Sendable {
    /// More than any PIN.
    private static let longest = 255

    let bytes: [UInt8]

    /// The content of a file that is one line. Who may read the file is up to whoever puts it there.
    init(file path: String) throws(HardwareKeyFault) {
        guard let content = FileManager.default.contents(atPath: path) else { throw .pinUnreadable(path: path) }
        var line = content[...]
        if line.last == UInt8(ascii: "\n") { line.removeLast() }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty, line.count <= Self.longest, line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .pinMalformed(path: path)
        }
        bytes = Array(line)
    }
}

extension PIN: CustomStringConvertible, CustomReflectable {
    var description: String { "PIN(redacted)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
