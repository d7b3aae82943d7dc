package import JOSE
package import OAuth
import WireFormats

/// Why a release is refused by its service provider.
package enum ReleaseRefusal: Error, Equatable {
    case sealed(SealedMessageRefusal)
    case jwt(JWTFault)
    /// Of a release by a person: the header's `jwk` is none, or not the key that signed the approval.
    case wrongPersonKey
    case wrongIssuer
    /// It is for another service provider.
    case wrongAudience
    case wrongScope
    case wrongVersion
    /// It answers another request.
    case wrongRequest
    /// It is under another approval.
    case wrongApproval
    case expired
    case lastsTooLong
    case fromTheFuture
}

/// What a service provider expects of a release.
package struct ReleaseExpectation: Sendable {
    package let signedBy: Signer
    package let clientID: String
    package let scope: String
    package let version: Int64
    package let requestHash: MessageHash
    package let approvalHash: MessageHash
    /// Seconds since 1970.
    package let now: Int64

    package enum Signer: Sendable {
        case market(uri: String, keys: VerificationKeys)
        /// `kid` of the key that signed the approval.
        case person(signingKeyID: String)
    }

    package init(
        signedBy: Signer, clientID: String, scope: String, version: Int64, requestHash: MessageHash,
        approvalHash: MessageHash, now: Int64
    ) {
        self.signedBy = signedBy
        self.clientID = clientID
        self.scope = scope
        self.version = version
        self.requestHash = requestHash
        self.approvalHash = approvalHash
        self.now = now
    }
}

/// A release that was opened and is what was asked for. Its values are still to be verified.
package struct VerifiedRelease: Sendable {
    package let release: Release
    /// By which key it is signed.
    package let key: PublicKey
    package let keyID: String

    package init(
        opening sealed: SealedMessage, with key: JWEPrivateKey, expecting expected: ReleaseExpectation
    ) throws(ReleaseRefusal) {
        let plaintext: [UInt8]
        do throws(SealedMessageRefusal) {
            plaintext = try sealed.open(with: key)
        } catch {
            throw .sealed(error)
        }
        guard let compact = String(strictUTF8: plaintext[...]) else { throw .jwt(.jws(.notCompact)) }
        try self.init(verifying: compact, expecting: expected)
    }

    package init(verifying compact: String, expecting expected: ReleaseExpectation) throws(ReleaseRefusal) {
        do throws(JWTFault) {
            let algorithms: Set<SignatureAlgorithm> =
                switch expected.signedBy {
                case .market: .organizations
                case .person: .persons
                }
            let named = try NamedSignature(
                compact, type: Release.type, algorithms: algorithms, maximumBytes: MessageLimits.sealed)
            let verified: VerifiedJWS
            switch expected.signedBy {
            case .market(_, let keys): verified = try keys.verify(named.token)
            case .person(let keyID): verified = try Self.verify(named, byPersonKey: keyID)
            }
            release = try Release(JWTClaimReader(payload: verified.payload))
            (self.key, keyID) = (verified.key, named.keyID)
        } catch JWTFault.wrongSubject {
            throw .wrongPersonKey
        } catch {
            throw .jwt(error)
        }
        try Self.check(release, expected)
    }

    /// The key stands in the header, and counts only because the approval is by the same one.
    private static func verify(_ named: NamedSignature, byPersonKey keyID: String) throws(JWTFault) -> VerifiedJWS {
        guard let jwk = named.token.header["jwk"]?.object, let key = try? PublicKey(jwk: jwk),
            named.keyID == keyID, Base64URL.encode(key.thumbprint) == keyID
        else { throw .wrongSubject }
        return try VerificationKeys(key).verify(named.token)
    }

    private static func check(_ release: Release, _ expected: ReleaseExpectation) throws(ReleaseRefusal) {
        let issuer =
            switch expected.signedBy {
            case .market(let uri, _): uri
            case .person(let keyID): keyID
            }
        guard release.issuer.hasSameBytes(as: issuer) else { throw .wrongIssuer }
        guard release.audience.hasSameBytes(as: expected.clientID) else { throw .wrongAudience }
        guard release.scope.hasSameBytes(as: expected.scope) else { throw .wrongScope }
        guard release.version == expected.version else { throw .wrongVersion }
        guard release.requestHash == expected.requestHash else { throw .wrongRequest }
        guard release.approvalHash == expected.approvalHash else { throw .wrongApproval }
        guard (1...Release.lifetime).contains(release.expiresAt - release.issuedAt) else { throw .lastsTooLong }
        guard release.issuedAt <= expected.now + MessageLimits.clockSkew else { throw .fromTheFuture }
        guard release.expiresAt > expected.now else { throw .expired }
    }
}
