package import Foundation
import JOSE
package import OAuth
package import PersonAuthentication
import WireFormats

/// Takes a person from an authorization request to its answer: login, then consent.
package struct Interactions: Sendable {
    let policy: AuthorizationPolicy
    let rules: AuthorizationRules
    let stores: Stores
    let tickets: Tickets
    let login: any LoginVerification
    let endings: any SessionEnding
    let texts: ClaimTexts
    let now: @Sendable () -> Date

    package struct Stores: Sendable {
        let interactions: any InteractionStore
        let sessions: any SessionStore
        let consents: any ConsentStore
        let grants: any GrantStore

        package init(
            interactions: any InteractionStore, sessions: any SessionStore, consents: any ConsentStore,
            grants: any GrantStore
        ) {
            self.interactions = interactions
            self.sessions = sessions
            self.consents = consents
            self.grants = grants
        }
    }

    /// One identifier stands for an interaction in several places, each with a MAC of its own.
    package struct Tickets: Sendable {
        /// In the address of our pages.
        let pages: TicketMint
        /// In `request_uri`.
        let requests: TicketMint
        let codes: TicketMint
        /// In `issuer_state`.
        let offers: TicketMint

        package init(pages: TicketMint, requests: TicketMint, codes: TicketMint, offers: TicketMint) {
            self.pages = pages
            self.requests = requests
            self.codes = codes
            self.offers = offers
        }
    }

    package init(
        policy: AuthorizationPolicy, rules: AuthorizationRules, stores: Stores, tickets: Tickets,
        login: any LoginVerification, endings: any SessionEnding, texts: ClaimTexts, now: @escaping @Sendable () -> Date
    ) {
        self.policy = policy
        self.rules = rules
        self.stores = stores
        self.tickets = tickets
        self.login = login
        self.endings = endings
        self.texts = texts
        self.now = now
    }

    /// Finds the interaction of a page's address, while there is time for it.
    ///
    /// - Parameter version: what the browser has seen of it; nil if that is not known.
    func find(
        _ ticket: some StringProtocol, sinceVersion version: Int64? = nil, at instant: Date
    ) async throws -> Interaction {
        guard let id = tickets.pages.recognise(String(ticket)), isInTime(id, at: instant),
            let interaction = try await stores.interactions.interaction(id, sinceVersion: version)
        else { throw InteractionRefusal.unknownInteraction }
        guard !interaction.isFinished else { throw InteractionRefusal.alreadyAnswered }
        return interaction
    }

    /// What to say where a change was refused because of another: with an interaction that goes on, its page as it is now.
    func overtaken(_ id: TicketID) async throws -> InteractionOutcome {
        let current = try await stores.interactions.interaction(id, sinceVersion: nil)
        guard let current, !current.isFinished else { throw InteractionRefusal.alreadyAnswered }
        // Another interaction has answered the same request object.
        for use in current.uses where try await stores.interactions.isSpent(use) {
            throw InteractionRefusal.alreadyAnswered
        }
        return reload(id)
    }

    /// Sends the browser to the interaction's page, whatever that is by then.
    func reload(_ id: TicketID) -> InteractionOutcome {
        InteractionOutcome(.reload(ticket: tickets.pages.ticket(for: id).text))
    }

    /// Whether a person can still go on: the identifier says when the request was made.
    private func isInTime(_ id: TicketID, at instant: Date) -> Bool {
        let age = instant.timeIntervalSince(id.madeAt)
        return age < (policy.requestLifetime + policy.loginTime).seconds
    }

    /// What the interaction asks, as the rules see it now.
    func order(_ interaction: Interaction) async throws -> AuthorizationOrder {
        try await rules.order(of: interaction)
    }

    /// Only the browser that began to log in goes on.
    func checkBrowser(_ browser: Browser, _ interaction: Interaction) throws(InteractionRefusal) {
        guard let bound = interaction.progress.browser else { return }
        guard let secret = browser.secret, constantTimeEqual(mark(secret, interaction.id), bound) else {
            throw .unknownInteraction
        }
    }

    /// What stands for a browser's secret in an interaction.
    func mark(_ secret: [UInt8], _ id: TicketID) -> [UInt8] {
        Array(tickets.pages.authenticate("browser " + Base64URL.encode(secret), for: id).prefix(18))
    }

    /// The value of `csrf` in the interaction's forms: the version that they were made from, and a MAC.
    private func csrf(_ secret: [UInt8], _ id: TicketID, version: Int64) -> String {
        let mac = tickets.pages.authenticate("form \(version) " + Base64URL.encode(secret), for: id).prefix(18)
        return "\(version)." + Base64URL.encode(mac)
    }

    func form(_ interaction: Interaction, _ secret: [UInt8]) -> InteractionForm {
        InteractionForm(
            ticket: tickets.pages.ticket(for: interaction.id).text,
            csrf: csrf(secret, interaction.id, version: interaction.version))
    }

    /// The version that a form was made from, as it says; nil for what is no form of ours.
    func version(ofForm csrf: String) -> Int64? {
        csrf.utf8.firstIndex(of: UInt8(ascii: ".")).flatMap { Int64(csrf[..<$0]) }
    }

    /// Whether a form is of this interaction in this browser.
    func isOurs(_ stated: String, version: Int64, _ id: TicketID, _ secret: [UInt8]) -> Bool {
        constantTimeEqual(Array(stated.utf8), Array(csrf(secret, id, version: version).utf8))
    }

    /// The session of the browser's cookie, unless it is over.
    package func liveSession(_ browser: Browser, at instant: Date) async throws -> Session? {
        guard let id = browser.session, let session = try await stores.sessions.session(id),
            session.expiresAt > instant, instant.timeIntervalSince(session.lastSeenAt) < policy.sessionIdle.seconds
        else { return nil }
        // Once a minute is enough to know whether a session is idle.
        if instant.timeIntervalSince(session.lastSeenAt) > 60 { try await stores.sessions.touch(id, at: instant) }
        return session
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) }
}
