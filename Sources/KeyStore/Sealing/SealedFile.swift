import Foundation
import JOSE
import WireFormats

/// A secret in a file that only its owner may read, sealed or as it is.
package enum SealedFile {
    private static let mark = "sealed:"

    /// Writes a new file; one that exists stays.
    ///
    /// - Parameter context: what the secret is for.
    package static func make(
        _ path: String, _ secret: [UInt8], by sealer: DataSealer, context: String
    ) throws(KeyEncryptionKeyFault) {
        let sealed = mark + Base64URL.encode(sealer.seal(secret, context: context)) + "\n"
        try SecretFile.createIfAbsent(path, Array(sealed.utf8))
    }

    /// What a file has in its first line: opened if it is sealed, as text if it is not.
    package static func content(
        of path: String, by sealer: DataSealer, context: String
    ) throws -> Content? {
        guard let bytes = try SecretFile.content(of: path) else { return nil }
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        guard line.starts(with: mark.utf8) else { return .text(String(decoding: line, as: UTF8.self)) }
        guard let sealed = try? Base64URL.decode(String(decoding: line.dropFirst(mark.utf8.count), as: UTF8.self))
        else {
            throw SealRefusal.tooShort
        }
        return .opened(try sealer.open(sealed, context: context))
    }

    package enum Content: Sendable {
        case opened([UInt8])
        case text(String)
    }
}
