import WireFormats

/// How the content encryption key comes to the recipient, by its JOSE name, RFC 7518 §4.1.
package enum KeyManagementAlgorithm: String, Sendable, CaseIterable {
    case ecdhES = "ECDH-ES"
    case ecdhESA128KW = "ECDH-ES+A128KW"
    case ecdhESA256KW = "ECDH-ES+A256KW"
    case rsaOAEP256 = "RSA-OAEP-256"
    /// With SHA-1, for partners that know no other.
    case rsaOAEP = "RSA-OAEP"

    /// By the exact bytes of the name: the initialiser of raw values takes canonically equivalent names too.
    package init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.rawValue.hasSameBytes(as: name) }) else { return nil }
        self = match
    }

    /// Bytes of the key that wraps the content encryption key, nil where none is agreed upon for that.
    var wrappingKeyLength: Int? {
        switch self {
        case .ecdhESA128KW: 16
        case .ecdhESA256KW: 32
        case .ecdhES, .rsaOAEP256, .rsaOAEP: nil
        }
    }
}
