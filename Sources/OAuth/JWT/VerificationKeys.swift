package import JOSE
import WireFormats

/// The keys that a JWT may be signed by: whoever should have signed it has them.
package struct VerificationKeys: Sendable {
    /// Trying more than these for one JWT is work for nothing.
    private static let maximumTries = 8

    private let candidates: @Sendable (_ keyID: String?, SignatureAlgorithm) -> [PublicKey]

    /// - Parameter candidates: the keys of that `kid`, or, where the JWT names none, all; of other algorithms too.
    package init(_ candidates: @escaping @Sendable (_ keyID: String?, SignatureAlgorithm) -> [PublicKey]) {
        self.candidates = candidates
    }

    /// One key, whatever the JWT calls it.
    package init(_ key: PublicKey) {
        candidates = { _, _ in [key] }
    }

    /// The keys that a client or another server publishes.
    package init(_ set: PublicJWKSet) {
        candidates = { set.verificationKeys(keyID: $0, algorithm: $1) }
    }

    package func verify(_ token: UnverifiedJWS) throws(JWTFault) -> VerifiedJWS {
        let stated = token.header["kid"]
        guard stated == nil || stated?.string != nil else { throw .noMatchingKey }
        let keys = candidates(stated?.string, token.algorithm).filter { $0.algorithm == token.algorithm }
        for key in keys.prefix(Self.maximumTries) {
            if let verified = try? token.verify(with: key) { return verified }
        }
        throw keys.isEmpty ? .noMatchingKey : .jws(.invalidSignature)
    }
}

/// What the header of a JWT must be like.
package struct JWTHeaderRules {
    /// Accepted values of `typ`, in lower case, without `application/`.
    package let types: [String]
    package let allowsNoType: Bool
    package let algorithms: Set<SignatureAlgorithm>

    package init(types: [String], allowsNoType: Bool = false, algorithms: Set<SignatureAlgorithm>) {
        (self.types, self.allowsNoType, self.algorithms) = (types, allowsNoType, algorithms)
    }

    /// Parses `compact` of at most `maximumBytes` and checks its header.
    package func parse(_ compact: String, maximumBytes: Int = 16_384) throws(JWTFault) -> UnverifiedJWS {
        guard compact.utf8.count <= maximumBytes else { throw .jws(.tooLong) }
        let token: UnverifiedJWS
        do throws(JWSRefusal) {
            token = try UnverifiedJWS(parsing: compact, accepting: Array(algorithms))
        } catch {
            throw .jws(error)
        }
        try checkType(of: token)
        return token
    }

    private func checkType(of token: UnverifiedJWS) throws(JWTFault) {
        if let type = token.header["typ"] {
            guard let name = type.string, name.isVisibleASCII else { throw .wrongType }
            // RFC 7515 §4.1.9: a media type, with or without application/ before it.
            var short = name.lowercased()[...]
            if short.hasPrefix("application/") { short = short.dropFirst("application/".count) }
            guard types.contains(String(short)) else { throw .wrongType }
        } else if !allowsNoType {
            throw .wrongType
        }
    }
}

extension Set<SignatureAlgorithm> {
    /// What is accepted unless more is asked for: elliptic curves, and RSA as FAPI 2.0 Security Profile §5.4.1 has it.
    package static let sound: Set = [.es256, .es384, .edDSA, .ps256]
    /// What is parsed before it is known what a client may use.
    static let everyAsymmetric: Set = sound.union([.rs256])
}
