import JOSE
import WireFormats

/// A private key in a record that is sealed, or that somebody keeps as a secret.
extension PrivateKey {
    var record: JSON {
        ["alg": .string(algorithm.rawValue), "private": .string(Base64URL.encode(rawRepresentation))]
    }

    /// Nil if `record` is none.
    init?(record: JSON) {
        guard let algorithm = record["alg"]?.string.flatMap(SignatureAlgorithm.init),
            let bytes = record["private"]?.string.flatMap({ try? Base64URL.decode($0) }),
            let key = try? PrivateKey(algorithm, rawRepresentation: bytes)
        else { return nil }
        self = key
    }
}
