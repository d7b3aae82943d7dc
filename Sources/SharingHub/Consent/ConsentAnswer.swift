package import DataSharing
package import Foundation
package import OAuth
import WireFormats

/// Why what the person's browser made is not taken.
package enum ConsentAnswerRefusal: Error, Equatable {
    /// The field is no answer of the page's script.
    case malformed
    /// A scope that was not asked for, or twice.
    case unknownScope
    /// A scope, or a claim of one, without which the service provider does not go on, was left out.
    case essentialMissing(String)
    /// The person has no vault, so nobody can have signed.
    case noKeys
    /// What was shown has been replaced meanwhile.
    case changed(String)
    /// The digest has none of such a claim.
    case claimNotHeld(String)
    case approval(String, ApprovalRefusal)
    /// What must be encrypted to the service provider is not there, or is where it must not be.
    case release(String)
    case sealedMessage(String, SealedMessageRefusal)

    /// For the operator's timeline.
    package var reason: String {
        switch self {
        case .malformed: "the page's answer is malformed or missing"
        case .unknownScope: "a scope that was not asked for, or twice"
        case .essentialMissing(let scope): "\(scope): something essential was left out"
        case .noKeys: "the person has no vault"
        case .changed(let scope): "\(scope): what was shown has been replaced"
        case .claimNotHeld(let scope): "\(scope): a claim that the market does not have"
        case .approval(let scope, let refusal): "\(scope): approval: \(refusal.sentence)"
        case .release(let scope): "\(scope): release missing or out of place"
        case .sealedMessage(let scope, let refusal): "\(scope): release: \(refusal)"
        }
    }

    package var isOfChange: Bool { if case .changed = self { true } else { false } }
}

/// Where an accepted consent is recorded.
package struct ConsentRecordKeys: Sendable {
    package let grant: TicketID
    package let consent: TicketID
    /// When the consent ends; nil if it is for one time.
    package let until: Date?

    package init(grant: TicketID, consent: TicketID, until: Date?) {
        (self.grant, self.consent, self.until) = (grant, consent, until)
    }
}

extension DataOrders {
    /// What a browser may send: approvals and, where the person keeps values, what they have encrypted.
    package static let maximumAnswer = 400 << 10

    /// Checks every approval and the structure of every release against the order.
    ///
    /// - Throws: ``ConsentAnswerRefusal``.
    package func accept(
        _ answer: String, to order: DataOrder, on occasion: ConsentOccasion, as keys: ConsentRecordKeys
    ) async throws -> RecordedSharing {
        let parts = try Self.parts(of: answer)
        guard let known = try await source.keys(of: occasion.person) else { throw ConsentAnswerRefusal.noKeys }
        for scope in order.scopes where scope.isEssential && !parts.contains(where: { $0.scope == scope.name.text }) {
            throw ConsentAnswerRefusal.essentialMissing(scope.name.text)
        }
        let held = try await holdings(for: order, of: occasion.person)
        var shared: [RecordedScope] = []
        for part in parts {
            guard let ordered = order.scopes.first(where: { $0.name.text == part.scope }),
                !shared.contains(where: { $0.scope == part.scope })
            else { throw ConsentAnswerRefusal.unknownScope }
            let scope = ConsentQuestion.Scope(ordered: ordered, holding: held[ordered.name])
            shared.append(try await accept(part, scope, order, known, occasion, keys))
        }
        return RecordedSharing(
            grant: keys.grant, consent: keys.consent, provider: order.provider.id, person: occasion.person,
            request: occasion.request, requestIsSigned: occasion.requestIsSigned, scopes: shared)
    }

    private struct Part {
        let scope: String
        let approval: String
        let release: String?
    }

    private static func parts(of answer: String) throws(ConsentAnswerRefusal) -> [Part] {
        guard answer.utf8.count <= maximumAnswer, let json = try? JSON(parsing: Array(answer.utf8)),
            let elements = json["scopes"]?.array, (1...DataSharingDetail.maximumEntries).contains(elements.count)
        else { throw .malformed }
        let parts = elements.compactMap { element -> Part? in
            guard let scope = element["scope"]?.string, let approval = element["approval"]?.string else { return nil }
            let release = element["release"]
            guard release == nil || release == .null || release?.string != nil else { return nil }
            return Part(scope: scope, approval: approval, release: release?.string)
        }
        guard parts.count == elements.count else { throw .malformed }
        return parts
    }

    private func accept(
        _ part: Part, _ scope: ConsentQuestion.Scope, _ order: DataOrder, _ known: KnownPersonKeys,
        _ occasion: ConsentOccasion, _ keys: ConsentRecordKeys
    ) async throws -> RecordedScope {
        let name = part.scope
        let market = scope.ordered.market
        let isKeptByMarket = scope.definition.heldBy == .market
        let subject = try await source.subject(
            of: occasion.person, at: isKeptByMarket ? market : order.provider)
        let verified: VerifiedApproval
        do throws(ApprovalRefusal) {
            let unverified = try UnverifiedApproval(parsing: part.approval)
            try checkBasis(unverified.approval.basis, scope)
            verified = try unverified.verify(
                with: known.current.signing,
                expecting: ApprovalExpectation(
                    subject: subject,
                    audiences: isKeptByMarket ? [occasion.issuer, market.marketURI ?? ""] : [occasion.issuer],
                    clientID: order.provider.id.text, scope: name, version: Int64(scope.definition.version),
                    claims: .among(scope.ordered.claims.map(\.definition.name)), purpose: scope.ordered.purpose,
                    requestHash: occasion.requestHash, encryptionKeyThumbprint: order.encryptionKey.thumbprint,
                    basis: .exactly(unverified.approval.basis), nonce: .exactly(occasion.nonce), use: .first,
                    latestEnd: latestEnd(keys, occasion), now: occasion.now))
        } catch ApprovalRefusal.wrongBasis {
            throw ConsentAnswerRefusal.changed(name)
        } catch {
            throw ConsentAnswerRefusal.approval(name, error)
        }
        let claims = verified.approval.claims
        for claim in scope.ordered.claims where claim.isEssential && !claims.contains(claim.definition.name) {
            throw ConsentAnswerRefusal.essentialMissing(name)
        }
        if verified.approval.basis != .selfAsserted, !claims.allSatisfy(scope.has) {
            throw ConsentAnswerRefusal.claimNotHeld(name)
        }
        return RecordedScope(
            scope: name, version: scope.definition.version, heldBy: scope.definition.heldBy, market: market.id,
            marketURI: market.marketURI ?? "", subject: subject, claims: claims, approval: verified.compact,
            approvalID: verified.approval.identifier,
            until: Date(timeIntervalSince1970: Double(verified.approval.until)),
            digestHash: scope.digestHash, place: verified.approval.basis == .selfAsserted ? nil : scope.holding?.ledger,
            release: try release(part, scope, to: order.encryptionKey))
    }

    /// A moment more than the page was told, which counts from when it was sent.
    private func latestEnd(_ keys: ConsentRecordKeys, _ occasion: ConsentOccasion) -> Int64 {
        let slack = MessageLimits.approvalLifetime + MessageLimits.clockSkew
        return (keys.until.map { Int64($0.timeIntervalSince1970) } ?? occasion.now) + slack
    }

    private func checkBasis(
        _ stated: ConsentApproval.Basis, _ scope: ConsentQuestion.Scope
    ) throws(ApprovalRefusal) {
        switch stated {
        // Only what the person keeps can be typed by them.
        case .selfAsserted: guard scope.definition.heldBy == .person else { throw .wrongBasis }
        case .digest, .deposit: guard let holding = scope.holding, stated == holding.basis else { throw .wrongBasis }
        }
    }

    private func release(
        _ part: Part, _ scope: ConsentQuestion.Scope, to key: PublicEncryptionKey
    ) throws(ConsentAnswerRefusal) -> String? {
        switch (scope.definition.heldBy, part.release) {
        case (.market, nil): return nil
        case (.person, let jwe?):
            do throws(SealedMessageRefusal) {
                return try SealedMessage(checking: jwe, content: .release, recipient: .key(id: key.keyID)).compact
            } catch {
                throw .sealedMessage(part.scope, error)
            }
        case (.market, _?), (.person, nil): throw .release(part.scope)
        }
    }
}

extension ConsentQuestion.Scope {
    fileprivate var digestHash: String? {
        if case .digest(let hash)? = holding?.content { hash.text } else { nil }
    }
}
