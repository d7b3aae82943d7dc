package import DataSharing
package import Foundation
import HTTPTypes
import JOSE
package import OAuth
import WireFormats

/// Everything that a market checks for itself before it gives data away. It believes neither the hub nor the service
/// provider: the person's own signature decides, over a request that the provider has signed.
package struct ReleaseChecks: Sendable {
    /// Seconds by which clocks may differ.
    private static let clockSkew: TimeInterval = 30
    /// Seconds that a consent may last, at most.
    private static let longestConsent: Int64 = 10 * 366 * 86_400

    package let trust: MarketTrust
    package let hubKeys: any HubKeySource
    package let pins: any PinnedKeyStore
    package let digests: any DigestStore
    package let approvals: any ApprovalStore
    package let maker: ReleaseMaker
    package let now: @Sendable () -> Date

    package init(
        trust: MarketTrust, hubKeys: any HubKeySource, pins: any PinnedKeyStore, digests: any DigestStore,
        approvals: any ApprovalStore, maker: ReleaseMaker, now: @escaping @Sendable () -> Date
    ) {
        self.trust = trust
        self.hubKeys = hubKeys
        self.pins = pins
        self.digests = digests
        self.approvals = approvals
        self.maker = maker
        self.now = now
    }

    /// `POST {market_uri}/release`.
    package func respond(to message: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let access = try await authenticate(message, at: instant)
        let request = try Self.body(of: message)
        let partner = try partner(of: access.token)
        let asked = try asked(by: partner, in: request)
        let wanted = try Wanted(access.token, asked, partner)
        let person = try await person(of: access.token, request)
        let approval = try await approval(in: request, by: person, for: wanted, access.token, at: instant)
        let held = try await held(for: approval, access.token, at: instant)
        let release = try release(of: held, under: approval, wanted, access.token, at: instant)
        try await pin(person, of: access.token.subject, at: instant)
        try await accept(approval, access, at: instant)
        return .privateJSON(["release": .string(release)])
    }

    /// A token and the proof that its bearer is the one that it was made for.
    private struct Access {
        let token: MarketAccessToken
        let uses: [SingleUse]
    }

    /// RFC 9449 §7, RFC 9068 §4.
    private func authenticate(_ message: EndpointRequest, at instant: Date) async throws -> Access {
        let presented: AccessTokenPresentation
        do throws(AccessTokenPresentation.Malformation) {
            presented = try AccessTokenPresentation(in: message)
        } catch {
            throw MarketRefusal.presentation(error)
        }
        guard presented.scheme == .dpop else { throw MarketRefusal.notBound }
        let token = try await token(presented.text, at: instant)
        let proof: DPoPProof
        do throws(DPoPRefusal) {
            proof = try DPoPProof(
                in: message,
                expecting: .init(
                    method: .post, url: trust.marketURI + "/release", accessToken: presented.text, now: instant,
                    maximumAge: DPoPProof.lifetime, clockSkew: Self.clockSkew, algorithms: [.es256, .edDSA]))
            guard constantTimeEqual(proof.thumbprint, token.keyThumbprint) else { throw .otherKey }
        } catch {
            throw MarketRefusal.proof(error)
        }
        let tokenUse = SingleUse(
            .accessToken, of: token.issuer.utf8, identifier: token.identifier,
            expiresAt: Date(timeIntervalSince1970: Double(token.expiresAt)))
        return Access(token: token, uses: [tokenUse, proof.use])
    }

    private func token(_ compact: String, at instant: Date) async throws -> MarketAccessToken {
        func verify(with keys: VerificationKeys) throws(MarketAccessTokenRefusal) -> MarketAccessToken {
            try MarketAccessToken(
                verifying: compact,
                expecting: TokenExpectation(
                    issuer: trust.hub, audience: trust.marketURI, keys: keys, now: instant, clockSkew: Self.clockSkew))
        }
        do {
            return try verify(with: try await hubKeys.keys(refreshing: false))
        } catch MarketAccessTokenRefusal.jwt(.noMatchingKey) {
            let keys = try await hubKeys.keys(refreshing: true)
            do throws(MarketAccessTokenRefusal) {
                return try verify(with: keys)
            } catch {
                throw MarketRefusal.token(error)
            }
        } catch let refusal as MarketAccessTokenRefusal {
            throw MarketRefusal.token(refusal)
        }
    }

    private static func body(of message: EndpointRequest) throws(MarketRefusal) -> ReleaseRequest {
        guard message.hasContentType("application/json") else { throw .body(member: nil) }
        do throws(ReleaseRequest.Malformation) {
            return try ReleaseRequest(parsing: message.body)
        } catch {
            throw .body(member: error.member)
        }
    }

    private func partner(of token: MarketAccessToken) throws(MarketRefusal) -> MarketPartner {
        guard let partner = trust.partners[token.clientID], partner.clientID.hasSameBytes(as: token.clientID) else {
            throw .untrustedPartner
        }
        return partner
    }

    /// What the service provider itself asked for.
    private func asked(
        by partner: MarketPartner, in request: ReleaseRequest
    ) throws(MarketRefusal) -> SharingRequest {
        // Who has told this market of no key of theirs signs, so that nobody in between can put in another key.
        guard request.isRequestSigned || partner.pinnedEncryptionKey != nil else { throw .unsignedRequest }
        do throws(SharingRequestRefusal) {
            guard request.isRequestSigned else {
                return try SharingRequest(unsigned: request.request, clientID: partner.clientID)
            }
            return try SharingRequest(
                verifying: request.request, clientID: partner.clientID, issuer: trust.hub, keys: partner.keys)
        } catch {
            throw .request(error)
        }
    }

    /// What the request says of the scope.
    private struct Wanted {
        let request: SharingRequest
        let claims: DataSharingDetail.Claims
        let purpose: String?
        let encryptionKey: PublicEncryptionKey

        init(
            _ token: MarketAccessToken, _ request: SharingRequest, _ partner: MarketPartner
        ) throws(MarketRefusal) {
            let detail = request.detail(of: token.scope)
            guard detail != nil || request.scopes.contains(token.scope) else { throw .scopeNotRequested }
            guard let key = detail?.encryptionKey ?? partner.pinnedEncryptionKey else { throw .noEncryptionKey }
            if !request.isSigned, key.thumbprint != partner.pinnedEncryptionKey?.thumbprint {
                throw .unsignedRequest
            }
            self.request = request
            claims = detail?.claims ?? .all
            purpose = detail?.purpose
            encryptionKey = key
        }
    }

    /// The person's keys, and what was pinned before.
    private struct Person {
        let chain: PersonKeyChain
        let pinned: String?
    }

    private func person(of token: MarketAccessToken, _ request: ReleaseRequest) async throws -> Person {
        let pinned = try await pins.pinnedKey(of: token.subject)
        do throws(KeyStatementRefusal) {
            let root = pinned.map(PersonKeyChain.Root.pinned) ?? .firstUse
            return Person(chain: try PersonKeyChain(verifying: request.statements, from: root), pinned: pinned)
        } catch {
            throw MarketRefusal.keys(error)
        }
    }

    private func approval(
        in request: ReleaseRequest, by person: Person, for wanted: Wanted, _ token: MarketAccessToken,
        at instant: Date
    ) async throws -> VerifiedApproval {
        let unverified: UnverifiedApproval
        do throws(ApprovalRefusal) {
            unverified = try UnverifiedApproval(parsing: request.approval)
        } catch {
            throw MarketRefusal.approval(error)
        }
        guard unverified.approval.identifier.hasSameBytes(as: token.approval) else {
            throw MarketRefusal.tokenForOtherApproval
        }
        let use: ApprovalExpectation.Use
        switch try await approvals.acceptance(of: token.approval) {
        case .new: use = .first
        case .accepted(let hash):
            guard hash == MessageHash(of: request.approval) else { throw MarketRefusal.otherApproval }
            use = .later
        case .withdrawn: throw MarketRefusal.withdrawn
        }
        let seconds = Int64(instant.timeIntervalSince1970)
        let names: [String] =
            switch wanted.claims {
            case .all: unverified.approval.claims
            case .some(let claims): claims.map(\.name)
            }
        do throws(ApprovalRefusal) {
            let approval = try unverified.verify(
                with: person.chain.current.signing,
                expecting: ApprovalExpectation(
                    subject: token.subject, audiences: [trust.hub, trust.marketURI], clientID: token.clientID,
                    scope: token.scope, version: token.version, claims: .among(names), purpose: wanted.purpose,
                    requestHash: wanted.request.hash, encryptionKeyThumbprint: wanted.encryptionKey.thumbprint,
                    basis: .anyDigest, nonce: .unknownToReader, use: use,
                    latestEnd: seconds + Self.longestConsent, now: seconds))
            guard Set(approval.approval.claims).isSuperset(of: token.claims) else { throw .wrongClaims }
            return approval
        } catch .wrongClaims where !Set(unverified.approval.claims).isSuperset(of: token.claims) {
            throw MarketRefusal.tokenExceedsApproval
        } catch {
            throw MarketRefusal.approval(error)
        }
    }

    /// What the market has said of the person, if it is what the person agreed to.
    private func held(
        for approval: VerifiedApproval, _ token: MarketAccessToken, at instant: Date
    ) async throws -> KeptDigest {
        guard let newest = try await digests.newestDigest(of: token.subject, scope: token.scope) else {
            throw MarketRefusal.unknownSubject
        }
        let hash = newest.values.digestHash
        guard case .digest(let agreed, _) = approval.approval.basis, agreed == hash, token.digestHash == hash,
            newest.version == token.version
        else { throw MarketRefusal.superseded }
        if let end = newest.expiresAt, end <= Int64(instant.timeIntervalSince1970) { throw MarketRefusal.outdated }
        return newest
    }

    private func release(
        of held: KeptDigest, under approval: VerifiedApproval, _ wanted: Wanted, _ token: MarketAccessToken,
        at instant: Date
    ) throws -> String {
        guard let presentation = held.values.presenting(token.claims) else { throw MarketRefusal.claimNotHeld }
        return try maker.make(
            Release(
                issuer: trust.marketURI, audience: token.clientID, scope: token.scope, version: token.version,
                requestHash: wanted.request.hash, approvalHash: approval.hash, values: .presentation(presentation),
                issuedAt: Int64(instant.timeIntervalSince1970)), to: wanted.encryptionKey)
    }

    /// Follows the person's keys, now that an approval by the newest of them was seen.
    private func pin(_ person: Person, of subject: String, at instant: Date) async throws {
        let current = person.chain.current.signingKeyID
        guard current != person.pinned else { return }
        guard try await !pins.pin(current, of: subject, replacing: person.pinned, at: instant) else { return }
        // Another release to the same person may have pinned the same key meanwhile.
        guard try await pins.pinnedKey(of: subject) == current else { throw MarketRefusal.keys(.pinnedKeyMissing) }
    }

    /// Last, and in one step: a withdrawal that came meanwhile wins.
    private func accept(_ approval: VerifiedApproval, _ access: Access, at instant: Date) async throws {
        switch try await approvals.accept(approval, spending: access.uses, at: instant) {
        case .accepted: return
        case .otherApproval: throw MarketRefusal.otherApproval
        case .withdrawn: throw MarketRefusal.withdrawn
        case .replayed: throw MarketRefusal.replayed
        }
    }
}
