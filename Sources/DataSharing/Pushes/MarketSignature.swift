import JOSE
import WireFormats

/// Checks JWTs of a market: by their `typ`, by the key that their `kid` names, and their claims.
struct MarketSignature {
    let keys: OrganizationKeys
    let type: String

    /// The claims and the signature's bytes.
    func verify(_ compact: String, at path: ValuePath) throws(PathProblem) -> (claims: JSONObject, signature: [UInt8]) {
        let token: UnverifiedJWS
        do throws(JWSRefusal) {
            token = try UnverifiedJWS(parsing: compact, accepting: [.es256, .edDSA])
        } catch {
            throw path.problem(error.sentence)
        }
        guard token.header["typ"] == .string(type) else { throw path.problem("its typ must be \(type)") }
        guard let keyID = token.header["kid"]?.string else { throw path.problem("its header must name a kid") }
        guard let key = keys.signatureKey(keyID) else { throw path.problem("its kid is none of this market's keys") }
        let verified: VerifiedJWS
        do throws(JWSRefusal) {
            verified = try token.verify(with: key)
        } catch {
            throw path.problem(error.sentence)
        }
        guard let claims = (try? JSON(parsing: verified.payload))?.object else {
            throw path.problem("its payload is no JSON object")
        }
        let start = compact.utf8.lastIndex(of: UInt8(ascii: ".")).map(compact.utf8.index(after:))
        let signature = start.flatMap { try? Base64URL.decode(compact[$0...]) }
        guard let signature else { throw path.problem("its signature is malformed") }
        return (claims, signature)
    }
}

/// What both kinds of a market's JWTs say in the same way.
struct MarketClaims {
    let claims: JSONObject
    let path: ValuePath

    /// - Parameters:
    ///   - market: `iss`.
    ///   - now: seconds since 1970.
    func check(
        market: String, scope: ScopeName, version: Int, allowed: Set<String>, now: Int64
    ) throws(PathProblem) {
        for name in claims.names where !allowed.contains(where: { $0.hasSameBytes(as: name) }) {
            // Whatever else stands there may say who the person is.
            throw path.problem("its payload may have \(allowed.sorted().joined(separator: ", ")) only")
        }
        guard claims["iss"] == .string(market) else { throw path.problem("its iss must be the market_uri") }
        guard claims["scope"] == .string(scope.text) else { throw path.problem("its scope is another one") }
        guard claims["version"] == .integer(Int64(version)) else { throw path.problem("its version is another one") }
        guard let issuedAt = claims["iat"]?.integer, issuedAt > 0 else {
            throw path.problem("its iat must be seconds since 1970")
        }
        guard issuedAt <= now + 60 else { throw path.problem("its iat is in the future") }
    }
}

extension JWSRefusal {
    fileprivate var sentence: String {
        switch self {
        case .tooLong: "it is too long"
        case .notCompact: "it is no JWS in compact serialization"
        case .headerNotJSONObject: "its header is no JSON object"
        case .missingAlgorithm: "its header has no alg"
        case .unsupportedAlgorithm: "its alg must be ES256 or EdDSA"
        case .criticalExtension: "its header has an extension that is not understood"
        case .keyOfOtherAlgorithm: "its alg is not that of the key which its kid names"
        case .invalidSignature: "its signature is not by the key which its kid names"
        }
    }
}
