import Foundation
import JOSE
package import OAuth
import WireFormats

/// Why an access token does not let its bearer have what a person agreed to.
package enum MarketAccessTokenRefusal: Error, Equatable {
    case jwt(JWTFault)
    /// `scope` is not the name of one scope.
    case scope
    /// `authorization_details` is not one entry of type `data_sharing` for that scope.
    case details
    /// It is bound to no key.
    case unbound
    /// It lasts longer than 120 seconds.
    case lastsTooLong
}

/// The access token that a market is asked with, RFC 9068: which claims of whom for which service provider, under which
/// approval.
package struct MarketAccessToken: Sendable, Equatable {
    /// Seconds from `iat` to `exp`.
    package static let lifetime: Int64 = 120

    package let issuer: String
    /// As the market knows the person.
    package let subject: String
    package let marketURI: String
    /// The service provider's.
    package let clientID: String
    package let scope: String
    package let version: Int64
    package let claims: [String]
    /// `jti` of the approval.
    package let approval: String
    package let digestHash: MessageHash
    /// Thumbprint of the hub's DPoP key, 32 bytes.
    package let keyThumbprint: [UInt8]
    /// Seconds since 1970.
    package let issuedAt: Int64
    package let expiresAt: Int64
    package let identifier: String

    package init(
        issuer: String, subject: String, marketURI: String, clientID: String, scope: String, version: Int64,
        claims: [String], approval: String, digestHash: MessageHash, keyThumbprint: [UInt8], issuedAt: Int64,
        identifier: String = Base64URL.encode(secureRandomBytes(16))
    ) {
        self.issuer = issuer
        self.subject = subject
        self.marketURI = marketURI
        self.clientID = clientID
        self.scope = scope
        self.version = version
        self.claims = claims
        self.approval = approval
        self.digestHash = digestHash
        self.keyThumbprint = keyThumbprint
        self.issuedAt = issuedAt
        expiresAt = issuedAt + Self.lifetime
        self.identifier = identifier
    }

    /// What the token says, for ``AccessTokenJWTMaker``.
    package var tokenClaims: AccessTokenClaims {
        var claims = AccessTokenClaims()
        claims.issuer = issuer
        claims.subject = subject
        claims.audiences = [marketURI]
        claims.clientID = clientID
        claims.scopes = [scope]
        claims.issuedAt = Date(timeIntervalSince1970: Double(issuedAt))
        claims.expiresAt = Date(timeIntervalSince1970: Double(expiresAt))
        claims.identifier = identifier
        claims.keyThumbprint = keyThumbprint
        claims.authorizationDetails = [
            [
                "type": .string(DataSharingDetail.type), "scope": .string(scope), "version": .integer(version),
                "claims": .array(self.claims.map(JSON.string)), "approval": .string(approval),
                "digest_hash": .string(digestHash.text),
            ]
        ]
        return claims
    }

    /// - Throws: what the signer throws.
    package func sign(with maker: AccessTokenJWTMaker) throws -> String { try maker.sign(tokenClaims) }

    /// The token as its market reads it.
    ///
    /// - Parameter expected: issuer and keys of the hub; the audience is the market's own address.
    package init(
        verifying compact: String, expecting expected: TokenExpectation
    ) throws(MarketAccessTokenRefusal) {
        let token: AccessTokenClaims
        do throws(JWTFault) {
            token = try AccessTokenJWT(verifying: compact, expecting: expected).claims
            // One for several parties could be used at all of them.
            guard token.audiences.count == 1 else { throw .wrongAudience }
        } catch {
            throw .jwt(error)
        }
        // Those that are read with it are there: `AccessTokenJWT` has seen to it.
        guard let issuer = token.issuer, let subject = token.subject, let clientID = token.clientID,
            let identifier = token.identifier, let issuedAt = token.issuedAt, let expiresAt = token.expiresAt
        else { throw .jwt(.missingClaim("sub")) }
        guard token.scopes.count == 1, ScopeName(token.scopes[0]) != nil else { throw .scope }
        guard let keyThumbprint = token.keyThumbprint else { throw .unbound }
        guard let detail = token.authorizationDetails?.array, detail.count == 1, let object = detail[0].object,
            object["type"] == .string(DataSharingDetail.type), object["scope"] == .string(token.scopes[0]),
            let version = object["version"]?.integer, version > 0,
            let claims = object["claims"].flatMap(ClaimNames.parse),
            let approval = object["approval"]?.string, (1...128).contains(approval.utf8.count),
            let digestHash = object["digest_hash"]?.string.flatMap(MessageHash.init)
        else { throw .details }
        let lifetime = expiresAt.timeIntervalSince(issuedAt)
        guard lifetime > 0, lifetime <= Double(Self.lifetime) else { throw .lastsTooLong }
        self.issuer = issuer
        self.subject = subject
        marketURI = expected.audience
        self.clientID = clientID
        scope = token.scopes[0]
        self.version = version
        self.claims = claims
        self.approval = approval
        self.digestHash = digestHash
        self.keyThumbprint = keyThumbprint
        self.issuedAt = Int64(issuedAt.timeIntervalSince1970)
        self.expiresAt = Int64(expiresAt.timeIntervalSince1970)
        self.identifier = identifier
    }
}
