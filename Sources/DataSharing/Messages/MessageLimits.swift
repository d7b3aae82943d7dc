import JOSE

/// How long messages may be, in bytes, and how many there may be of something.
package enum MessageLimits {
    /// Of a compact approval, key statement, shape signature or withdrawal.
    package static let statement = 16 * 1024
    /// Of a JWE with values in it.
    package static let sealed = 64 * 1024
    /// Of the body of a release request.
    package static let releaseRequest = 256 * 1024
    package static let claims = 64
    /// Unicode scalars of a purpose.
    package static let purpose = 300
    /// Pairs of keys that one person has had.
    package static let keyStatements = 64
    /// Seconds from `iat` to `exp` of an approval.
    package static let approvalLifetime: Int64 = 300
    /// Seconds by which clocks may differ.
    package static let clockSkew: Int64 = 30
}

extension Set<SignatureAlgorithm> {
    /// What markets and service providers sign with.
    static let organizations: Set = [.es256, .edDSA]
    /// What persons sign with, whose keys browsers make.
    static let persons: Set = [.es256]
}
