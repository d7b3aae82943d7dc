import Crypto
import Foundation
import OAuth
import PersonAuthentication
import TransactionTimeline
import WireFormats

extension Interactions {
    /// The consent page, or the answer if the person's word still holds, or the refusal of a request that admits no page.
    func proceed(
        _ interaction: Interaction, _ order: AuthorizationOrder, as person: IdentifiedPerson, _ visit: BrowserVisit,
        _ changes: BrowserChanges
    ) async throws -> InteractionOutcome {
        if let standing = try await standingConsent(for: order, of: person.person, at: visit.at) {
            return try await give(
                interaction, order, person, claims: order.claims.filter { standing.claims.contains($0.name) },
                under: standing, visit, changes)
        }
        let page = try await consentPage(interaction, order, person.person, visit)
        return InteractionOutcome(.page(.consent(page), status: .fresh), changes: changes, for: order)
    }

    /// - Parameters:
    ///   - kept: what was chosen on the page but not answered.
    ///   - problem: what was wrong with the answer that was sent before.
    func consentPage(
        _ interaction: Interaction, _ order: AuthorizationOrder, _ person: String, _ visit: BrowserVisit,
        keeping kept: InteractionSubmission? = nil, problem: SharingConsentView.Problem? = nil
    ) async throws -> ConsentPage {
        var sharing: SharingConsentView?
        if let desk = rules.sharing, let asked = order.sharing {
            sharing = try await desk.view(
                of: asked, for: sharingVisit(interaction, order, person, visit), problem: problem)
        }
        return ConsentPage(
            form: form(interaction, visit.secret), party: order.client.party(redirectURI: order.redirectURI),
            purpose: order.purpose,
            credentials: order.credentials.map { credential in
                RequestedCredential(
                    configurationID: credential.entry.configurationID, name: credential.entry.name,
                    issuer: credential.entry.issuerName, claims: credential.entry.claims)
            },
            claims: order.claims.map { claim in
                RequestedClaim(
                    name: claim.name, label: texts.label(of: claim.name), isEssential: claim.isEssential,
                    purpose: claim.purpose)
            },
            asksOfflineAccess: order.allowsRefresh, durations: ConsentDuration.allCases,
            ticked: kept.map { kept in order.claims.map(\.name).filter(kept.shares) } ?? [], duration: kept?.duration,
            sharing: sharing)
    }

    /// The same page with what was chosen on it: the enter key was pressed, which is no answer.
    func stay(
        _ interaction: Interaction, _ submission: InteractionSubmission, _ visit: BrowserVisit
    ) async throws -> InteractionOutcome {
        let (demand, order) = try await demand(interaction)
        guard let order, let person = try await identify(interaction, demand, visit) else {
            return reload(interaction.id)
        }
        let page = try await consentPage(interaction, order, person.person, visit, keeping: submission)
        return InteractionOutcome(.page(.consent(page), status: .fresh), for: order)
    }

    /// What the person said before, if it covers all that is asked now.
    func standingConsent(
        for order: AuthorizationOrder, of person: String, at instant: Date
    ) async throws -> Consent? {
        // RFC 6749 §10.2: whoever can pose as the client would get in on the person's earlier word.
        guard order.client.isUnmistakable(redirectURI: order.redirectURI), !order.prompts.contains(.consent) else {
            return nil
        }
        // Each sharing is signed by the person.
        guard order.sharing == nil else { return nil }
        return try await stores.consents.standing(person: person, clientID: order.client.id, at: instant)
            .first { $0.covers(order) }
    }

    func allow(
        _ interaction: Interaction, _ submission: InteractionSubmission, _ visit: BrowserVisit
    ) async throws -> InteractionOutcome {
        let (demand, order) = try await demand(interaction)
        guard let order, let person = try await identify(interaction, demand, visit) else {
            return reload(interaction.id)
        }
        let claims = order.claims.filter { $0.isEssential || submission.shares($0.name) }
        let id = TicketID(at: visit.at)
        let until = submission.duration.days.map { visit.at.addingTimeInterval(Double($0) * 86_400) }
        var accepted: AcceptedSharing?
        if let desk = rules.sharing, let asked = order.sharing {
            do {
                accepted = try await desk.accept(
                    submission.sharing, of: asked, for: sharingVisit(interaction, order, person.person, visit),
                    under: id, until: until)
            } catch let refusal as SharingAnswerRefusal {
                return try await ask(again: interaction, order, person, visit, keeping: submission, refusal)
            }
        }
        let consent = Consent(
            id: id, person: person.person, clientID: order.client.id, scope: order.scope,
            credentials: order.credentials.map(\.granted), claims: claims.map(\.name), purpose: order.purpose,
            offersRefresh: order.allowsRefresh && until != nil, sharing: accepted?.detail, givenAt: visit.at,
            expiresAt: until)
        return try await give(
            interaction, order, person, claims: claims, under: consent, with: accepted?.companion, visit,
            BrowserChanges())
    }

    /// The consent page once more, since what its script made cannot be taken. Why is in the timeline.
    private func ask(
        again interaction: Interaction, _ order: AuthorizationOrder, _ person: IdentifiedPerson,
        _ visit: BrowserVisit, keeping submission: InteractionSubmission, _ refusal: SharingAnswerRefusal
    ) async throws -> InteractionOutcome {
        try await stores.grants.append(
            TimelineEvent(
                at: visit.at, step: .consent,
                outcome: .refused(code: "invalid_approval", reason: refusal.reason)), to: interaction.id)
        let page = try await consentPage(
            interaction, order, person.person, visit, keeping: submission, problem: refusal.problem)
        return InteractionOutcome(.page(.consent(page), status: .wrong), for: order)
    }

    private func sharingVisit(
        _ interaction: Interaction, _ order: AuthorizationOrder, _ person: String, _ visit: BrowserVisit
    ) -> SharingVisit {
        var hash = SHA256()
        hash.update(data: Array("consent page".utf8) + interaction.id.bytes + visit.secret)
        return SharingVisit(
            client: order.client, person: person, nonce: Base64URL.encode(Array(hash.finalize())),
            grant: interaction.id, request: interaction.requestText,
            languages: order.languages + [visit.browser.language].compactMap(\.self), at: visit.at)
    }

    /// Ends the interaction with a code.
    private func give(
        _ interaction: Interaction, _ order: AuthorizationOrder, _ person: IdentifiedPerson, claims: [OrderedClaim],
        under consent: Consent, with companion: (any GrantCompanion)? = nil, _ visit: BrowserVisit,
        _ changes: BrowserChanges
    ) async throws -> InteractionOutcome {
        let offer: OfferInvitation?
        do {
            offer = try await rules.offer(of: order, at: visit.at)
        } catch let refusal as AuthorizationRefusal {
            return try await refuse(interaction, order, refusal, changes, at: visit.at)
        }
        // An offer made to somebody is for nobody else.
        if let invited = offer?.person, !invited.hasSameBytes(as: person.person) {
            return try await refuse(interaction, order, .accessDenied, changes, at: visit.at)
        }
        // One identifier from the request to the credential: its timeline tells the whole story.
        let id = interaction.id
        try await rules.sharing?.note(
            subject: rules.subjects.subject(person.person, for: order.client), of: person.person, at: order.client)
        let grant = Grant(
            id: id, clientID: order.client.id, person: person.person, consent: consent.id, session: person.session,
            transaction: offer?.id ?? id, scope: order.scope,
            credentials: order.credentials.map(\.granted),
            userInfoClaims: claims.filter(\.inUserInfo).map(\.name),
            idTokenClaims: claims.filter(\.inIDToken).map(\.name), nonce: order.nonce, acr: order.level.acr,
            references: references(person.methods), authenticatedAt: person.authenticatedAt,
            resources: order.resources, redirectURI: order.namesRedirectURI ? order.redirectURI : nil,
            codeChallenge: order.codeChallenge?.text, keyThumbprint: order.keyThumbprint,
            refreshLimit: order.allowsRefresh && consent.offersRefresh ? consent.expiresAt : nil,
            isOfAttestedWallet: interaction.request["attested"]?.bool ?? false, sharesData: consent.sharing != nil)
        let isFirst = try await stores.interactions.finish(
            interaction.id, giving: grant, under: consent, in: person.sessionID, spending: interaction.uses,
            with: companion, codeExpiresAt: visit.at.addingTimeInterval(policy.codeLifetime.seconds), at: visit.at)
        guard isFirst else { return try await overtaken(interaction.id) }
        let code = tickets.codes.ticket(for: id).text
        return InteractionOutcome(
            .answer(answer(order, .code(code))), changes: changes, for: order)
    }

    private func references(_ methods: [LoginMethod]) -> [String] {
        var references: [String] = []
        for reference in methods.flatMap(\.references) where !references.contains(reference) {
            references.append(reference)
        }
        // RFC 8176 §2: more than one factor.
        return methods.count > 1 ? references + ["mfa"] : references
    }

    /// The person does not want to go on.
    func decline(_ interaction: Interaction, at instant: Date) async throws -> InteractionOutcome {
        guard !interaction.clientID.isEmpty else {
            _ = try await stores.interactions.finish(interaction.id, spending: [], at: instant)
            return InteractionOutcome(.account)
        }
        return try await refuse(interaction, try await order(interaction), .accessDenied, BrowserChanges(), at: instant)
    }

    func refuse(
        _ interaction: Interaction, _ order: AuthorizationOrder, _ refusal: AuthorizationRefusal,
        _ changes: BrowserChanges, at instant: Date
    ) async throws -> InteractionOutcome {
        guard try await stores.interactions.finish(interaction.id, spending: interaction.uses, at: instant) else {
            throw InteractionRefusal.alreadyAnswered
        }
        return InteractionOutcome(
            .answer(answer(order, .error(code: refusal.wire.code, description: refusal.wire.description))),
            changes: changes, for: order)
    }

    func answer(_ order: AuthorizationOrder, _ outcome: AuthorizationResponse.Outcome) -> AuthorizationAnswer {
        AuthorizationAnswer(
            redirectURI: order.redirectURI, mode: order.responseMode,
            response: AuthorizationResponse(outcome, state: order.state, issuer: policy.issuer))
    }
}

extension OrderedCredential {
    var granted: GrantedCredential {
        GrantedCredential(
            configurationID: entry.configurationID, issuer: entry.issuer,
            identifier: byDetails ? entry.configurationID : nil, scope: byDetails ? nil : entry.scope)
    }
}

extension Consent {
    /// Whether a person who has said this need not be asked again.
    fileprivate func covers(_ order: AuthorizationOrder) -> Bool {
        order.scope.allSatisfy(scope.contains)
            && order.credentials.allSatisfy { wanted in
                credentials.contains {
                    $0.configurationID == wanted.entry.configurationID && $0.issuer == wanted.entry.issuer
                }
            }
            // What was voluntary and not agreed to is not asked again while this holds.
            && order.claims.filter(\.isEssential).allSatisfy { claims.contains($0.name) }
            && (!order.allowsRefresh || offersRefresh)
    }
}
