import WireFormats

/// One digest as a market pushes it: case 2, where the market keeps the values.
package struct PushedDigest: Sendable, Equatable {
    package static let maximumTokenBytes = 32 << 10

    package let path: ValuePath
    package let subject: String
    package let scope: ScopeName
    package let version: Int
    /// The issuer-signed JWT, without the `~` behind it.
    package let issuerSigned: String
    package let shape: Shape
    /// Seconds since 1970.
    package let expiresAt: Int64?

    private static let members: Set<String> = ["subject", "scope", "version", "sd_jwt", "shape", "expires_at"]

    /// - Throws: everything that is wrong, by path, as `digests[3].shape.points`.
    package static func parse(_ body: [UInt8]) throws(PathProblems) -> [PushedDigest] {
        try PushDocument.entries("digests", in: body, known: members) { reader in
            let subject = reader.subject()
            let scope = reader.scopeName()
            let version = reader.version()
            let token = reader.compact("sd_jwt", upTo: maximumTokenBytes, "an SD-JWT")
            let shape = reader.shape()
            let expiresAt = reader.optional("expires_at", "seconds since 1970 are expected") { value in
                value.integer.flatMap { (1...253_402_300_799).contains($0) ? $0 : nil }
            }
            guard let subject, let scope, let version, let token, let shape else { return nil }
            guard token.utf8.last == UInt8(ascii: "~"),
                token.utf8.firstIndex(of: UInt8(ascii: "~")) == token.utf8.indices.last
            else {
                reader.add("sd_jwt", "an issuer-signed JWT and ~ without disclosures is expected")
                return nil
            }
            return PushedDigest(
                path: reader.path, subject: subject, scope: scope, version: version,
                issuerSigned: String(token.dropLast()), shape: shape, expiresAt: expiresAt)
        }
    }
}
