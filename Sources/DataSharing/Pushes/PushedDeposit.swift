import Crypto
import WireFormats

/// One deposit as a market pushes it: case 1, where the person keeps the values.
package struct PushedDeposit: Sendable, Equatable {
    package let path: ValuePath
    package let subject: String
    package let scope: ScopeName
    package let version: Int
    package let shape: Shape
    /// A JWT of type `scope-shape+jwt`.
    package let shapeSignature: String
    /// `kid` of the person's encryption key.
    package let keyID: String
    /// Compact JWE.
    package let jwe: String

    private static let members: Set<String> = [
        "subject", "scope", "version", "shape", "shape_signature", "key_id", "jwe",
    ]

    /// SHA-256 of the compact JWE.
    package var sealedHash: [UInt8] { Array(SHA256.hash(data: Array(jwe.utf8))) }

    /// - Throws: everything that is wrong, by path, as `deposits[0].jwe`.
    package static func parse(_ body: [UInt8]) throws(PathProblems) -> [PushedDeposit] {
        try PushDocument.entries("deposits", in: body, known: members) { reader in
            let subject = reader.subject()
            let scope = reader.scopeName()
            let version = reader.version()
            let shape = reader.shape()
            let signature = reader.compact("shape_signature", upTo: 32 << 10, "a JWT")
            let keyID = reader.compact("key_id", upTo: 128, "a key's thumbprint")
            let jwe = reader.compact("jwe", upTo: MessageLimits.sealed, "a compact JWE")
            guard let subject, let scope, let version, let shape, let signature, let keyID, let jwe else { return nil }
            return PushedDeposit(
                path: reader.path, subject: subject, scope: scope, version: version, shape: shape,
                shapeSignature: signature, keyID: keyID, jwe: jwe)
        }
    }
}
