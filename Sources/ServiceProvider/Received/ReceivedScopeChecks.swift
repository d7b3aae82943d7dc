package import DataSharing
package import Foundation
package import HubClient
import JOSE
import OAuth
import TransparencyLog
package import WireFormats

/// Opens what was received, and verifies everything that can be verified without believing the hub.
package struct ReceivedScopeChecks: Sendable {
    package let identity: ProviderIdentity
    package let hub: String
    package let lookups: LedgerLookups
    package let now: @Sendable () -> Date
    private let document: @Sendable (_ path: String, HubStep) async throws(HubFailure) -> JSON

    /// - Parameter document: fetches a public document of the hub.
    package init(
        identity: ProviderIdentity, hub: String, lookups: LedgerLookups, now: @escaping @Sendable () -> Date,
        document: @escaping @Sendable (_ path: String, HubStep) async throws(HubFailure) -> JSON
    ) {
        self.identity = identity
        self.hub = hub
        self.lookups = lookups
        self.now = now
        self.document = document
    }

    package func verify(
        _ scope: String, _ content: EncryptedScope, of received: ReceivedSharing
    ) async throws(ReceivedScopeRefusal) -> SharedScopeReport {
        try await verify(
            scope, content, subject: received.subject, requestHash: received.requestHash, order: received.order)
    }

    /// - Parameter subject: the person, as the ID token names them.
    package func verify(
        _ scope: String, _ content: EncryptedScope, subject: String, requestHash: MessageHash, order: SharingOrder
    ) async throws(ReceivedScopeRefusal) -> SharedScopeReport {
        let asked = try Self.asked(scope, content, in: order)
        let sealed = try sealed(content)
        let approval = try approval(content, scope, asked, subject: subject, requestHash: requestHash)
        let market = try await marketKeys(of: content)
        let release = try release(sealed, content, scope, approval, market, requestHash: requestHash)
        let definition = try await definition(of: asked.name, version: content.version)
        switch (release.release.values, approval.basis) {
        case (.presentation(let compact), .digest), (.presentation(let compact), .deposit):
            let values = try values(in: compact, content, scope, market)
            if content.heldBy == .person { try Self.checkHolder(of: values, approval, release.release.statements) }
            try Self.check(values.values, against: definition, approval)
            let finding = try await digest(of: values, content, approval)
            let keyFinding = try await logged(values.keyID, market, content)
            return SharedScopeReport(
                scope: scope, content: content, approval: approval, values: values.values,
                source: .market(
                    keyID: values.keyID, keyThumbprint: Base64URL.encode(values.key.thumbprint),
                    digestHash: values.digestHash, ledger: finding, keyLedger: keyFinding),
                definition: definition)
        case (.selfAsserted(let values), .selfAsserted):
            try Self.check(values, against: definition, approval)
            return SharedScopeReport(
                scope: scope, content: content, approval: approval, values: values, source: .person,
                definition: definition)
        default: throw .otherBasis
        }
    }

    private static func asked(
        _ scope: String, _ content: EncryptedScope, in order: SharingOrder
    ) throws(ReceivedScopeRefusal) -> SharingOrder.Scope {
        guard let asked = order.scopes.first(where: { $0.name.text == scope }) else { throw .notRequested }
        guard asked.name.market.text == content.from else { throw .otherMarket }
        return asked
    }

    private func sealed(_ content: EncryptedScope) throws(ReceivedScopeRefusal) -> SealedMessage {
        guard case .jwe(let compact) = content.content else { throw .noContent }
        do throws(SealedMessageRefusal) {
            return try SealedMessage(
                checking: compact, content: .release, recipient: .key(id: identity.encryptionKey.keyID))
        } catch {
            throw .sealed(error)
        }
    }

    /// What the person agreed to: this provider, this request, this key.
    private func approval(
        _ content: EncryptedScope, _ scope: String, _ asked: SharingOrder.Scope, subject: String,
        requestHash: MessageHash
    ) throws(ReceivedScopeRefusal) -> ConsentApproval {
        do throws(ApprovalRefusal) {
            let unverified = try UnverifiedApproval(parsing: content.approval)
            let said = unverified.approval
            let isHeldByMarket = content.heldBy == .market
            try ApprovalExpectation(
                // Its subject at the market is the market's to know.
                subject: isHeldByMarket ? said.subject : subject,
                audiences: isHeldByMarket ? [hub, content.marketURI] : [hub], clientID: identity.client.clientID,
                scope: scope, version: content.version, claims: .among(said.claims), purpose: asked.purpose,
                requestHash: requestHash, encryptionKeyThumbprint: identity.encryptionKey.thumbprint,
                basis: isHeldByMarket ? .anyDigest : .exactly(said.basis), nonce: .unknownToReader, use: .later,
                latestEnd: .max, now: Int64(now().timeIntervalSince1970)
            ).check(said)
            if !isHeldByMarket, case .digest = said.basis { throw .wrongBasis }
            if case .some(let claims) = asked.claims,
                !Set(claims.map(\.name)).isSuperset(of: said.claims)
            {
                throw .wrongClaims
            }
            return said
        } catch .wrongClaims {
            throw .approvalExceedsRequest
        } catch {
            throw .approval(error)
        }
    }

    private func marketKeys(of content: EncryptedScope) async throws(ReceivedScopeRefusal) -> MarketKeys {
        do throws(HubFailure) {
            let json = try await document("/sharing/organizations/\(content.from)/keys", .organizationKeys)
            do throws(ReceivedScopeRefusal) {
                return try MarketKeys(json)
            } catch {
                throw .malformed(.organizationKeys)
            }
        } catch {
            throw .hub(error)
        }
    }

    private func release(
        _ sealed: SealedMessage, _ content: EncryptedScope, _ scope: String, _ approval: ConsentApproval,
        _ market: MarketKeys, requestHash: MessageHash
    ) throws(ReceivedScopeRefusal) -> VerifiedRelease {
        do throws(ReleaseRefusal) {
            let release = try VerifiedRelease(
                opening: sealed, with: identity.decryptionKey,
                expecting: ReleaseExpectation(
                    signedBy: content.heldBy == .market
                        ? .market(uri: content.marketURI, keys: market.verification)
                        : .person(signingKeyID: approval.signingKeyID),
                    clientID: identity.client.clientID, scope: scope, version: content.version,
                    requestHash: requestHash, approvalHash: MessageHash(of: content.approval),
                    now: Int64(now().timeIntervalSince1970)))
            guard content.heldBy == .market || Self.isSigned(content.approval, by: release.key) else {
                throw .wrongPersonKey
            }
            return release
        } catch {
            throw .release(error)
        }
    }

    /// Where the person's key came with the release, the approval's signature can be verified too.
    private static func isSigned(_ approval: String, by key: PublicKey) -> Bool {
        (try? UnverifiedJWS(parsing: approval, accepting: [.es256]).verify(with: key)) != nil
    }

    private func definition(
        of scope: ScopeName, version: Int64
    ) async throws(ReceivedScopeRefusal) -> ScopeDefinition {
        let json: JSON
        do throws(HubFailure) {
            json = try await document("/sharing/scopes/\(scope.text)?version=\(version)", .definition)
        } catch {
            throw .hub(error)
        }
        var object = json.object ?? [:]
        object["ledger"] = nil
        guard let definition = try? ScopeDefinition(json: .object(object)), definition.scope == scope,
            definition.version == Int(version)
        else { throw .definition }
        return definition
    }

    private func values(
        in compact: String, _ content: EncryptedScope, _ scope: String, _ market: MarketKeys
    ) throws(ReceivedScopeRefusal) -> VerifiedScopeValues {
        do throws(ScopeValuesRefusal) {
            return try VerifiedScopeValues(
                verifying: compact,
                expecting: .init(
                    marketURI: content.marketURI, scope: scope, version: .exactly(content.version),
                    keys: market.verification, person: content.heldBy == .market ? .unbound : .bound,
                    form: .disclosed, now: Int64(now().timeIntervalSince1970)))
        } catch {
            throw .values(error)
        }
    }

    /// The values were said of whoever signs here, by this key or by one that this key follows.
    private static func checkHolder(
        of values: VerifiedScopeValues, _ approval: ConsentApproval, _ statements: [String]
    ) throws(ReceivedScopeRefusal) {
        guard let holder = values.personKeyID, holder != approval.signingKeyID else { return }
        guard let chain = try? PersonKeyChain(verifying: statements, from: .pinned(holder)),
            chain.current.signingKeyID == approval.signingKeyID
        else { throw .values(.otherPerson) }
    }

    private static func check(
        _ values: JSONObject, against definition: ScopeDefinition, _ approval: ConsentApproval
    ) throws(ReceivedScopeRefusal) {
        guard Set(values.names) == Set(approval.claims) else { throw .otherClaims }
        let problems = definition.problems(of: values, .part)
        guard problems.isEmpty else { throw .invalidValues(problems.prefix(10).map(\.description)) }
    }

    /// The digest that the person agreed to is the one received, and it is logged.
    private func digest(
        of values: VerifiedScopeValues, _ content: EncryptedScope, _ approval: ConsentApproval
    ) async throws(ReceivedScopeRefusal) -> LedgerLookups.Finding {
        guard let reference = content.ledger else { throw .noLedgerReference }
        switch approval.basis {
        case .digest(let hash, let index):
            guard hash == values.digestHash, index == reference.index else { throw .otherDigest }
            return try await lookups.verify(
                reference, kind: .digest, by: content.from, commitsTo: hash.bytes, signature: values.signature)
        case .deposit(let hash):
            return try await lookups.verify(
                reference, kind: .digest, by: content.from, commitsTo: hash.bytes, signature: nil)
        case .selfAsserted: throw .otherBasis
        }
    }

    private func logged(
        _ keyID: String, _ market: MarketKeys, _ content: EncryptedScope
    ) async throws(ReceivedScopeRefusal) -> LedgerLookups.Finding {
        guard let key = market.keys.signatureKey(keyID), let reference = market.reference(of: keyID) else {
            throw .marketKeyNotLogged
        }
        return try await lookups.verify(
            reference, kind: .key, by: content.from, commitsTo: key.thumbprint, signature: nil)
    }
}
