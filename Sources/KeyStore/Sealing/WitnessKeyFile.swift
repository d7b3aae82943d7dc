import CoreFoundation
package import Crypto
import JOSE
import WireFormats

/// The name and the key of a witness, in a file that only its owner may read.
package struct WitnessKeyFile: Sendable {
    package let name: String
    package let privateKey: Curve25519.Signing.PrivateKey

    /// Reads the file, or makes it with a new key. Of two processes that make it at once, both get the key of one.
    ///
    /// - Parameter name: of a new witness.
    /// - Throws: `KeyEncryptionKeyFault` for a file that cannot be used, ``Damaged``.
    package init(path: String, name: String) throws {
        if try SecretFile.content(of: path) == nil {
            let seed = Curve25519.Signing.PrivateKey().rawRepresentation
            try SecretFile.createIfAbsent(path, Array("\(name)\n\(Base64.encode(Array(seed)))\n".utf8))
        }
        let lines = String(decoding: try SecretFile.content(of: path) ?? [], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3, lines[2].isEmpty, !lines[0].isEmpty, let seed = Base64.decode(lines[1]),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { throw Damaged(path: path) }
        self.name = String(lines[0])
        privateKey = key
    }

    package struct Damaged: Error, CustomStringConvertible {
        let path: String
        package var description: String { "\(path) has no name and key of a witness; restore it from a backup" }
    }
}

extension WitnessKeyFile: CustomStringConvertible, CustomReflectable {
    package var description: String { "WitnessKeyFile(\(name))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
