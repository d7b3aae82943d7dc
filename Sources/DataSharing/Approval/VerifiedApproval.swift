package import JOSE
import OAuth
import WireFormats

/// An approval as it came, nobody's word yet.
package struct UnverifiedApproval: Sendable {
    package let compact: String
    /// What it says.
    package let approval: ConsentApproval
    private let token: UnverifiedJWS

    package init(parsing compact: String) throws(ApprovalRefusal) {
        do throws(JWTFault) {
            let named = try NamedSignature(compact, type: ConsentApproval.type, algorithms: .persons)
            guard MessageHash(named.keyID) != nil else { throw .malformedClaim("kid") }
            token = named.token
            approval = try ConsentApproval(payload: token.payload, signingKeyID: named.keyID)
        } catch JWTFault.wrongIssuer {
            throw .wrongIssuer
        } catch {
            throw .jwt(error)
        }
        self.compact = compact
    }

    /// The same approval, its signature and everything that it says checked.
    ///
    /// - Parameter key: that which signs for the person, from whoever knows; what the header says does not count.
    package func verify(
        with key: PublicKey, expecting expected: ApprovalExpectation
    ) throws(ApprovalRefusal) -> VerifiedApproval {
        guard approval.signingKeyID == Base64URL.encode(key.thumbprint) else { throw .otherSigningKey }
        guard (try? token.verify(with: key)) != nil else { throw .invalidSignature }
        try expected.check(approval)
        return VerifiedApproval(approval: approval, compact: compact)
    }
}

/// An approval that its person has signed, and that is for what is at hand.
package struct VerifiedApproval: Sendable, Equatable {
    package let approval: ConsentApproval
    package let compact: String

    /// `approval_hash`.
    package var hash: MessageHash { MessageHash(of: compact) }

    fileprivate init(approval: ConsentApproval, compact: String) {
        (self.approval, self.compact) = (approval, compact)
    }
}

/// What an approval must say.
package struct ApprovalExpectation: Sendable {
    package var subject: String
    /// All of them, in this order, and no other.
    package var audiences: [String]
    package var clientID: String
    package var scope: String
    package var version: Int64
    package var claims: Claims
    package var purpose: String?
    package var requestHash: MessageHash
    package var encryptionKeyThumbprint: String
    package var basis: Basis
    package var nonce: Nonce
    package var use: Use
    /// The furthest `until` may lie ahead, seconds since 1970.
    package var latestEnd: Int64
    /// Seconds since 1970.
    package var now: Int64

    package enum Claims: Sendable {
        /// Those that were received.
        case exactly([String])
        /// A part of them: those that were asked for, and which the definition knows.
        case among([String])
    }

    package enum Basis: Sendable {
        case exactly(ConsentApproval.Basis)
        /// A digest of the market's, which the caller compares with its newest to tell a superseded one from a wrong one.
        case anyDigest
    }

    package enum Nonce: Sendable {
        case exactly(String)
        /// A reader that has not seen the page.
        case unknownToReader
    }

    package enum Use: Sendable {
        /// Within `exp`.
        case first
        /// Accepted earlier, the very same approval: within `until`.
        case later
    }

    package init(
        subject: String, audiences: [String], clientID: String, scope: String, version: Int64, claims: Claims,
        purpose: String?, requestHash: MessageHash, encryptionKeyThumbprint: String, basis: Basis, nonce: Nonce,
        use: Use, latestEnd: Int64, now: Int64
    ) {
        self.subject = subject
        self.audiences = audiences
        self.clientID = clientID
        self.scope = scope
        self.version = version
        self.claims = claims
        self.purpose = purpose
        self.requestHash = requestHash
        self.encryptionKeyThumbprint = encryptionKeyThumbprint
        self.basis = basis
        self.nonce = nonce
        self.use = use
        self.latestEnd = latestEnd
        self.now = now
    }

    /// What it says alone, whoever signed it: for readers who do not know the key.
    package func check(_ approval: ConsentApproval) throws(ApprovalRefusal) {
        guard approval.subject.hasSameBytes(as: subject) else { throw .wrongSubject }
        guard approval.audiences.count == audiences.count,
            zip(approval.audiences, audiences).allSatisfy({ $0.hasSameBytes(as: $1) })
        else { throw .wrongAudience }
        guard approval.clientID.hasSameBytes(as: clientID) else { throw .wrongClient }
        guard approval.scope.hasSameBytes(as: scope) else { throw .wrongScope }
        guard approval.version == version else { throw .wrongVersion }
        switch claims {
        // Names are ASCII, so that equal texts have equal bytes.
        case .exactly(let names): guard Set(approval.claims) == Set(names) else { throw .wrongClaims }
        case .among(let names): guard Set(names).isSuperset(of: approval.claims) else { throw .wrongClaims }
        }
        switch (approval.purpose, purpose) {
        case (nil, nil): break
        case (let stated?, let purpose?): guard stated.hasSameBytes(as: purpose) else { throw .wrongPurpose }
        default: throw .wrongPurpose
        }
        guard approval.requestHash == requestHash else { throw .wrongRequest }
        guard approval.encryptionKeyThumbprint == encryptionKeyThumbprint else { throw .wrongEncryptionKey }
        try checkBasis(approval.basis)
        if case .exactly(let nonce) = nonce {
            guard constantTimeEqual(Array(approval.nonce.utf8), Array(nonce.utf8)) else { throw .wrongNonce }
        }
        try checkTimes(approval)
    }

    private func checkBasis(_ stated: ConsentApproval.Basis) throws(ApprovalRefusal) {
        switch (basis, stated) {
        case (.exactly(let wanted), _): guard stated == wanted else { throw .wrongBasis }
        case (.anyDigest, .digest): break
        case (.anyDigest, _): throw .wrongBasis
        }
    }

    private func checkTimes(_ approval: ConsentApproval) throws(ApprovalRefusal) {
        let lifetime = approval.expiresAt - approval.issuedAt
        guard (1...MessageLimits.approvalLifetime).contains(lifetime) else { throw .lastsTooLong }
        guard approval.issuedAt <= now + MessageLimits.clockSkew else { throw .fromTheFuture }
        guard approval.until >= approval.expiresAt, approval.until <= latestEnd else { throw .wrongEnd }
        switch use {
        case .first: guard approval.expiresAt > now else { throw .expired }
        case .later: guard approval.until > now else { throw .ended }
        }
    }
}
