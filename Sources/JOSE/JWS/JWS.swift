package import WireFormats

/// Something that signs for JWS: a key in this process or in a device.
package protocol JWSSigner: Sendable {
    var algorithm: SignatureAlgorithm { get }

    /// The signature over `message` in the raw form of JWS (RFC 7518 §3.3 to §3.5, RFC 8037 §3.1).
    func sign(_ message: [UInt8]) throws -> [UInt8]
}

/// Why a string is no JWS in compact serialization, or not one for us.
package enum JWSRefusal: Error, Equatable {
    case tooLong
    /// Not three parts of base64url.
    case notCompact
    case headerNotJSONObject
    case missingAlgorithm
    /// `none`, a symmetric one, or one that is not implemented or not accepted here.
    case unsupportedAlgorithm
    /// RFC 7515 §4.1.11: an extension that must be understood and is not. `b64` (RFC 7797) counts.
    case criticalExtension
    case keyOfOtherAlgorithm
    case invalidSignature
}

/// A JWS in compact serialization, RFC 7515 §7.1, whose signature nobody has checked yet.
package struct UnverifiedJWS: Sendable {
    package static let maximumBytes = 256 * 1024

    package let header: JSONObject
    package let algorithm: SignatureAlgorithm
    package let payload: [UInt8]
    /// The ASCII bytes that the signature covers.
    let signingInput: [UInt8]
    let signature: [UInt8]

    package init(
        parsing compact: some StringProtocol, accepting algorithms: [SignatureAlgorithm] = SignatureAlgorithm.elliptic
    ) throws(JWSRefusal) {
        try self.init(parsing: Array(compact.utf8), accepting: algorithms)
    }

    /// - Parameter algorithms: any other is refused as one that is not implemented. RSA has to be asked for.
    package init(
        parsing compact: [UInt8], accepting algorithms: [SignatureAlgorithm] = SignatureAlgorithm.elliptic
    ) throws(JWSRefusal) {
        guard compact.count <= Self.maximumBytes else { throw .tooLong }
        guard let firstDot = compact.firstIndex(of: UInt8(ascii: ".")),
            let secondDot = compact[(firstDot + 1)...].firstIndex(of: UInt8(ascii: ".")),
            let header = try? Base64URL.decode(compact[..<firstDot]),
            let payload = try? Base64URL.decode(compact[(firstDot + 1)..<secondDot]),
            let signature = try? Base64URL.decode(compact[(secondDot + 1)...])
        else { throw .notCompact }
        guard let object = (try? JSON(parsing: header))?.object else { throw .headerNotJSONObject }
        guard let name = object["alg"]?.string else { throw .missingAlgorithm }
        guard let algorithm = SignatureAlgorithm(rawValue: name), algorithms.contains(algorithm) else {
            throw .unsupportedAlgorithm
        }
        guard object["crit"] == nil, object["b64"] == nil else { throw .criticalExtension }
        self.header = object
        self.algorithm = algorithm
        self.payload = payload
        self.signingInput = Array(compact[..<secondDot])
        self.signature = signature
    }

    /// The signature as it was decoded, not checked.
    package var signatureBytes: [UInt8] { signature }

    /// The same JWS, its signature checked. The algorithm is the key's; a header that names another is refused.
    package func verify(with key: PublicKey) throws(JWSRefusal) -> VerifiedJWS {
        guard key.algorithm == algorithm else { throw .keyOfOtherAlgorithm }
        guard signature.count == key.signatureLength, key.isValidSignature(signature, for: signingInput) else {
            throw .invalidSignature
        }
        return VerifiedJWS(header: header, payload: payload, key: key)
    }
}

/// A JWS whose signature by `key` has been verified.
package struct VerifiedJWS: Sendable {
    package let header: JSONObject
    package let payload: [UInt8]
    package let key: PublicKey

    fileprivate init(header: JSONObject, payload: [UInt8], key: PublicKey) {
        self.header = header
        self.payload = payload
        self.key = key
    }
}

/// Makes JWSs in compact serialization with one signer and one protected header, encoded once.
package struct JWSIssuer: Sendable {
    package let signer: any JWSSigner
    /// The base64url header and the dot after it.
    private let prefix: [UInt8]

    /// - Parameter header: members beside `alg`, which is written first and is the signer's.
    package init(signer: any JWSSigner, header: JSONObject) {
        self.signer = signer
        var whole: JSONObject = ["alg": .string(signer.algorithm.rawValue)]
        for member in header.members { whole[member.name] = member.value }
        prefix = Base64URL.encodeToBytes(JSON.object(whole).encoded()) + [UInt8(ascii: ".")]
    }

    /// The compact serialization as ASCII bytes. `reserving` more bytes can be appended without a new allocation.
    package func sign(payload: [UInt8], reserving extra: Int = 0) throws -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(prefix.count + Base64URL.encodedCount(payload.count) + 134 + extra)
        output.append(contentsOf: prefix)
        Base64URL.append(payload, to: &output)
        let signature = try signer.sign(output)
        output.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &output)
        return output
    }
}
