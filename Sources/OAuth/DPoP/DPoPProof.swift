import Crypto
package import Foundation
package import HTTPTypes
package import JOSE
import WireFormats

/// A proof that the sender of a request has a key, RFC 9449 §4, checked as §4.3 asks. Whether its identifier was seen
/// before, and whether its nonce is due and good, the caller decides.
package struct DPoPProof: Sendable {
    package static let type = "dpop+jwt"
    package static let maximumBytes = 8192
    package static let defaultAlgorithms = Set<SignatureAlgorithm>.sound

    package let key: PublicKey
    /// 32 bytes, RFC 7638 with SHA-256: what `jkt` says in base64url.
    package let thumbprint: [UInt8]
    /// `jti`, 1 to 256 bytes.
    package let identifier: String
    package let issuedAt: Date
    package let nonce: String?

    /// ``thumbprint`` as it stands in `jkt` and `dpop_jkt`.
    package var thumbprintText: String { Base64URL.encode(thumbprint) }

    /// What a proof is checked against.
    package struct Expectation: Sendable {
        package let method: HTTPRequest.Method
        /// The public address that was asked for, whatever address the request was received at.
        package let url: String
        /// The access token that came with the proof: its hash is then required.
        package let accessToken: String?
        package let now: Date
        /// Seconds since `iat`, at most.
        package let maximumAge: TimeInterval
        /// Seconds by which `iat` may be ahead.
        package let clockSkew: TimeInterval
        package let algorithms: Set<SignatureAlgorithm>

        package init(
            method: HTTPRequest.Method, url: String, accessToken: String?, now: Date, maximumAge: TimeInterval = 300,
            clockSkew: TimeInterval = 30, algorithms: Set<SignatureAlgorithm> = DPoPProof.defaultAlgorithms
        ) {
            self.method = method
            self.url = url
            self.accessToken = accessToken
            self.now = now
            self.maximumAge = maximumAge
            self.clockSkew = clockSkew
            self.algorithms = algorithms
        }
    }

    /// Whether `request` has a proof or tries to.
    package static func isPresent(in request: EndpointRequest) -> Bool {
        request.headers.contains(.dpop)
    }

    /// The proof in the one DPoP header of `request`.
    package init(in request: EndpointRequest, expecting expected: Expectation) throws(DPoPRefusal) {
        let values = request.headers[values: .dpop]
        guard let value = values.first else { throw .missing }
        guard values.count == 1 else { throw .repeated }
        try self.init(verifying: value, expecting: expected)
    }

    package init(verifying compact: String, expecting expected: Expectation) throws(DPoPRefusal) {
        guard compact.utf8.count <= Self.maximumBytes else { throw .jwt(.jws(.tooLong)) }
        let (verified, jwk) = try Self.verify(compact, expected.algorithms)
        let claims: Claims
        do throws(JWTFault) {
            claims = try Claims(in: verified.payload, expected)
        } catch {
            throw .jwt(error)
        }
        guard claims.method.hasSameBytes(as: expected.method.rawValue) else { throw .wrongMethod }
        guard Self.isSame(claims.address, expected.url) else { throw .wrongAddress }
        if let token = expected.accessToken {
            guard let hash = claims.accessTokenHash else { throw .jwt(.missingClaim("ath")) }
            guard hash.hasSameBytes(as: Self.hash(of: token)) else { throw .otherAccessToken }
        }
        key = verified.key
        thumbprint = verified.key.thumbprint(of: jwk)
        identifier = claims.identifier
        issuedAt = claims.issuedAt
        nonce = claims.nonce
    }

    private struct Claims {
        let identifier: String
        let method: String
        let address: String
        let issuedAt: Date
        let accessTokenHash: String?
        let nonce: String?

        init(in payload: [UInt8], _ expected: Expectation) throws(JWTFault) {
            let reader = try JWTClaimReader(payload: payload)
            identifier = try reader.requiredText("jti", maximum: 256)
            method = try reader.requiredText("htm")
            address = try reader.requiredText("htu", maximum: 4096)
            issuedAt = try reader.requireFresh(
                at: expected.now, maximumAge: expected.maximumAge, tolerance: expected.clockSkew)
            accessTokenHash = try reader.text("ath")
            nonce = try reader.text("nonce")
        }
    }

    /// RFC 9449 §4.3, steps 2 to 7; with the key as it is written in the header.
    private static func verify(
        _ compact: String, _ algorithms: Set<SignatureAlgorithm>
    ) throws(DPoPRefusal) -> (VerifiedJWS, jwk: JSONObject) {
        let token: UnverifiedJWS
        do throws(JWSRefusal) {
            token = try UnverifiedJWS(parsing: compact, accepting: Array(algorithms))
        } catch {
            throw .jwt(.jws(error))
        }
        guard token.header["typ"] == .string(type) else { throw .jwt(.wrongType) }
        guard let jwk = token.header["jwk"]?.object else { throw .noKey }
        let key: PublicKey
        do throws(JWKRefusal) {
            key = try PublicKey(jwk: jwk, allowing: .rsa(default: .ps256))
        } catch {
            throw .key(error)
        }
        do throws(JWSRefusal) {
            return (try token.verify(with: key), jwk)
        } catch {
            throw .jwt(.jws(error))
        }
    }

    /// RFC 9449 §4.3: as addresses are compared. Most proofs spell it as we do.
    private static func isSame(_ stated: String, _ url: String) -> Bool {
        if stated.hasSameBytes(as: url) { return true }
        guard let stated = ComparableURL(stated) else { return false }
        return stated == ComparableURL(url)
    }

    /// `ath`, RFC 9449 §4.2.
    static func hash(of accessToken: String) -> String {
        Base64URL.encode(SHA256.hash(data: Array(accessToken.utf8)))
    }
}
