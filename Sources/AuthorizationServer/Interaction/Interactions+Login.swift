import Foundation
import JOSE
import OAuth
import PersonAuthentication
import WireFormats

extension Interactions {
    /// `GET /auth/interaction/{ticket}`.
    package func show(_ ticket: some StringProtocol, to browser: Browser) async throws -> InteractionOutcome {
        let instant = now()
        let interaction = try await find(ticket, at: instant)
        try checkBrowser(browser, interaction)
        return try await proceed(interaction, browser, at: instant)
    }

    /// `POST /auth/interaction/{ticket}`.
    package func submit(
        _ submission: InteractionSubmission, to ticket: some StringProtocol, from browser: Browser
    ) async throws -> InteractionOutcome {
        let instant = now()
        let version = version(ofForm: submission.csrf)
        let interaction = try await find(ticket, sinceVersion: version, at: instant)
        try checkBrowser(browser, interaction)
        guard let secret = browser.secret, let version,
            isOurs(submission.csrf, version: version, interaction.id, secret)
        else { throw InteractionRefusal.forged }
        let visit = BrowserVisit(browser: browser, secret: secret, at: instant)
        switch submission.action {
        case .login: return try await logIn(interaction, submission, visit)
        case .method: return try await choose(interaction, submission, visit)
        case .sendCode: return try await sendCode(interaction, submission, visit)
        case .cancel, .deny: return try await decline(interaction, at: instant)
        case .allow: return try await allow(interaction, submission, visit)
        case .stay: return try await stay(interaction, submission, visit)
        }
    }

    /// What an interaction is for: an authorization request, or the person's own page.
    func demand(_ interaction: Interaction) async throws -> (LoginDemand, AuthorizationOrder?) {
        guard interaction.clientID.isEmpty else {
            let order = try await order(interaction)
            return (LoginDemand(order), order)
        }
        let confirmed = interaction.request["acr"]?.string.flatMap(policy.level)
        guard let level = confirmed ?? policy.levels.first else { throw InteractionRefusal.unknownInteraction }
        return (LoginDemand(accountAt: level, isForced: confirmed != nil), nil)
    }

    /// The next page, or the answer if nothing is left to ask.
    func proceed(_ interaction: Interaction, _ browser: Browser, at instant: Date) async throws -> InteractionOutcome {
        let (demand, order) = try await demand(interaction)
        return try await proceed(interaction, demand, order, browser, at: instant)
    }

    func proceed(
        _ interaction: Interaction, _ demand: LoginDemand, _ order: AuthorizationOrder?, _ browser: Browser,
        at instant: Date
    ) async throws -> InteractionOutcome {
        let secret = browser.secret ?? secureRandomBytes(32)
        var changes = BrowserChanges()
        if browser.secret == nil { changes.secret = secret }
        let visit = BrowserVisit(browser: browser, secret: secret, at: instant)
        guard let person = try await identify(interaction, demand, visit) else {
            let page = try await loginPage(interaction, demand, visit, chosen: nil, problem: nil)
            return InteractionOutcome(.page(.login(page), status: .fresh), changes: changes, for: order)
        }
        guard let order else { return InteractionOutcome(.account, changes: changes) }
        return try await proceed(interaction, order, as: person, visit, changes)
    }

    /// Who the person is, if they have shown it as well as is asked, here or in their session.
    func identify(
        _ interaction: Interaction, _ demand: LoginDemand, _ visit: BrowserVisit
    ) async throws -> IdentifiedPerson? {
        let progress = interaction.progress
        if let id = progress.session {
            // Whoever has logged out since has to log in again.
            guard let session = try await stores.sessions.recentSession(id) else { return nil }
            return IdentifiedPerson(session)
        }
        guard progress.passed.isEmpty, let session = try await liveSession(visit.browser, at: visit.at),
            demand.isMet(by: session, at: visit.at)
        else { return nil }
        return IdentifiedPerson(session)
    }

    func loginPage(
        _ interaction: Interaction, _ demand: LoginDemand, _ visit: BrowserVisit, chosen: LoginMethod?,
        problem: LoginRefusal?
    ) async throws -> LoginPage {
        let progress = interaction.progress
        let methods = demand.nextMethods(after: progress.passed)
        guard let method = [chosen, progress.method].compactMap({ $0 }).first(where: methods.contains) ?? methods.first
        else { throw InteractionRefusal.request(code: "server_error", reason: "no login method is left") }
        return LoginPage(
            form: form(interaction, visit.secret), party: demand.party, method: method,
            otherMethods: methods.filter { $0 != method }, step: progress.passed.count + 1,
            steps: demand.steps(through: method, after: progress.passed),
            fields: try await fields(method, interaction, demand, visit), problem: problem)
    }

    private func fields(
        _ method: LoginMethod, _ interaction: Interaction, _ demand: LoginDemand, _ visit: BrowserVisit
    ) async throws -> LoginPage.Fields {
        let asksUsername = interaction.progress.person == nil
        switch method {
        case .knowledge: return .facts(policy.knowledge)
        case .password, .pin: return .secret(asksUsername: asksUsername, hint: demand.loginHint)
        case .emailCode, .smsCode:
            let isSent = interaction.progress.sentCode != nil && interaction.progress.method == method
            return isSent ? .enterCode : .sendCode(asksUsername: asksUsername, hint: demand.loginHint)
        case .passkey:
            return .passkey(
                options: try await login.passkeyOptions(
                    challenge: challenge(interaction, visit), person: interaction.progress.person))
        }
    }

    /// Of this interaction in this browser, so that an answer made elsewhere is of no use here.
    private func challenge(_ interaction: Interaction, _ visit: BrowserVisit) -> [UInt8] {
        tickets.pages.authenticate("passkey " + Base64URL.encode(visit.secret), for: interaction.id)
    }

    private func circumstances(
        _ interaction: Interaction, _ demand: LoginDemand, _ visit: BrowserVisit
    ) -> LoginCircumstances {
        LoginCircumstances(
            clientID: demand.clientID, address: visit.browser.address, knownDevice: visit.browser.knownDevice,
            person: interaction.progress.person, language: visit.browser.language, at: visit.at)
    }

    private func choose(
        _ interaction: Interaction, _ submission: InteractionSubmission, _ visit: BrowserVisit
    ) async throws -> InteractionOutcome {
        let (demand, order) = try await demand(interaction)
        let page = try await loginPage(interaction, demand, visit, chosen: submission.method, problem: nil)
        return InteractionOutcome(.page(.login(page), status: .fresh), for: order)
    }

    private func sendCode(
        _ interaction: Interaction, _ submission: InteractionSubmission, _ visit: BrowserVisit
    ) async throws -> InteractionOutcome {
        let (demand, order) = try await demand(interaction)
        guard let method = submission.method, method == .emailCode || method == .smsCode,
            demand.nextMethods(after: interaction.progress.passed).contains(method)
        else { throw InteractionRefusal.forged }
        // The page that asks for the code asks no more for the name.
        let username = submission.username.isEmpty ? interaction.progress.username ?? "" : submission.username
        let recipient = interaction.progress.person.map(CodeRecipient.person) ?? .username(username)
        switch try await login.sendCode(
            by: method, to: recipient, under: circumstances(interaction, demand, visit))
        {
        case .success(let sent):
            var next = interaction
            next.progress.sentCode = sent
            next.progress.method = method
            next.progress.username = username.isEmpty ? nil : username
            next.progress.browser = mark(visit.secret, interaction.id)
            _ = try await stores.interactions.update(next, session: nil, ending: nil)
            return reload(interaction.id)
        case .failure(let refusal):
            return try await refuse(interaction, demand, order, visit, method, refusal)
        }
    }

    private func logIn(
        _ interaction: Interaction, _ submission: InteractionSubmission, _ visit: BrowserVisit
    ) async throws -> InteractionOutcome {
        let (demand, order) = try await demand(interaction)
        guard let method = submission.method, try await identify(interaction, demand, visit) == nil,
            demand.nextMethods(after: interaction.progress.passed).contains(method)
        else { return reload(interaction.id) }
        guard
            let attempt = submission.attempt(
                method, fields: policy.knowledge, sentCode: interaction.progress.sentCode,
                challenge: challenge(interaction, visit))
        else { return try await refuse(interaction, demand, order, visit, method, .codeOver) }
        switch try await login.verify(attempt, under: circumstances(interaction, demand, visit)) {
        case .failure(let refusal): return try await refuse(interaction, demand, order, visit, method, refusal)
        case .success(let person): return try await pass(interaction, demand, order, visit, method, as: person)
        }
    }

    private func refuse(
        _ interaction: Interaction, _ demand: LoginDemand, _ order: AuthorizationOrder?, _ visit: BrowserVisit,
        _ method: LoginMethod, _ refusal: LoginRefusal
    ) async throws -> InteractionOutcome {
        var shown = interaction
        // A code that is over is asked for again.
        if refusal == .codeOver { shown.progress.sentCode = nil }
        let page = try await loginPage(shown, demand, visit, chosen: method, problem: refusal)
        let status: InteractionOutcome.PageStatus =
            switch refusal {
            case .wrong, .codeOver: .wrong
            case .tooManyAttempts(let seconds): .tooMany(retryAfter: seconds)
            case .unavailable: .unavailable
            }
        return InteractionOutcome(.page(.login(page), status: status), for: order)
    }

    /// A method was passed: perhaps the last one, and then there is a new session, whatever there was before.
    private func pass(
        _ interaction: Interaction, _ demand: LoginDemand, _ order: AuthorizationOrder?, _ visit: BrowserVisit,
        _ method: LoginMethod, as person: String
    ) async throws -> InteractionOutcome {
        var next = interaction
        next.progress.person = person
        next.progress.passed.append(method)
        next.progress.authenticatedAt = visit.at
        next.progress.browser = mark(visit.secret, interaction.id)
        next.progress.method = nil
        next.progress.sentCode = nil
        next.progress.username = nil
        var changes = BrowserChanges()
        var session: Session?
        var replaced: TicketID?
        var ended: Session?
        if demand.level.isReached(by: next.progress.passed) {
            let old = try await liveSession(visit.browser, at: visit.at)
            let isSame = old?.person.hasSameBytes(as: person) ?? false
            let new = newSession(person, next.progress.passed, continuing: isSame ? old : nil, at: visit.at)
            if isSame { replaced = old?.id } else { ended = old }
            next.progress.session = new.id
            changes.session = new
            changes.device = .init(
                person: person,
                device: visit.browser.knownDevice.flatMap { $0.person == person ? $0.device : nil }
                    ?? Base64URL.encode(secureRandomBytes(16)))
            session = new
        }
        guard try await stores.interactions.update(next, session: session, ending: replaced) else {
            return try await overtaken(interaction.id)
        }
        // Somebody else has used this browser until now.
        if let ended { try await endings.end(ended) }
        // The next page comes with the answer. Who loads it again sends the form again, and is led to where they are.
        guard let identified = try await identify(next, demand, visit) else {
            let page = try await loginPage(next, demand, visit, chosen: nil, problem: nil)
            return InteractionOutcome(.page(.login(page), status: .fresh), changes: changes, for: order)
        }
        guard let order else { return InteractionOutcome(.account, changes: changes) }
        return try await proceed(next, order, as: identified, visit, changes)
    }

    private func newSession(
        _ person: String, _ methods: [LoginMethod], continuing old: Session?, at instant: Date
    ) -> Session {
        let id = TicketID(at: instant)
        return Session(
            id: id, name: old?.name ?? id, person: person, methods: methods, authenticatedAt: instant,
            expiresAt: instant.addingTimeInterval(policy.sessionLifetime.seconds), lastSeenAt: instant)
    }
}

/// A browser's request, with the secret that it has or is about to get.
struct BrowserVisit: Sendable {
    let browser: Browser
    let secret: [UInt8]
    let at: Date
}
