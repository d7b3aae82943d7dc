package import Foundation
import JOSE
package import OAuth
package import PersonAuthentication
import WireFormats

/// Authorization endpoint, RFC 6749 §3.1, OpenID Connect Core §3.1.2, OpenID4VCI 1.0 §5 (#authorization-endpoint).
package struct AuthorizationEndpoint: Sendable {
    let interactions: Interactions
    let clients: ClientDirectory
    let subjects: SubjectNames
    let now: @Sendable () -> Date

    package init(
        interactions: Interactions, clients: ClientDirectory, subjects: SubjectNames,
        now: @escaping @Sendable () -> Date
    ) {
        self.interactions = interactions
        self.clients = clients
        self.subjects = subjects
        self.now = now
    }

    private var rules: AuthorizationRules { interactions.rules }
    private var policy: AuthorizationPolicy { interactions.policy }

    /// - Throws: ``InteractionRefusal`` where no answer may be sent to the client.
    package func respond(to request: EndpointRequest, browser: Browser) async throws -> InteractionOutcome {
        let instant = now()
        let parameters: AuthorizationParameters
        do throws(AuthorizationRequestRejection) {
            parameters = try AuthorizationParameters(in: request)
        } catch {
            return try await reject(.request(error.refusal), error.reply)
        }
        do {
            return try await open(parameters, browser, at: instant)
        } catch let refusal as AuthorizationRequestRefusal {
            return try await reject(.request(refusal), parameters.reply)
        } catch let refusal as AuthorizationRefusal {
            return try await reject(refusal, parameters.reply)
        }
    }

    private func open(
        _ parameters: AuthorizationParameters, _ browser: Browser, at instant: Date
    ) async throws -> InteractionOutcome {
        switch try parameters.place {
        case .reference(let uri): return try await open(pushed: uri, parameters, browser, at: instant)
        case .requestObject(let object): return try await open(signed: object, parameters, browser, at: instant)
        case .here:
            let request = try AuthorizationRequest(parameters)
            let client = try await client(request.clientID)
            guard !client.metadata.requiresSignedRequests else { throw AuthorizationRefusal.signatureNeeded }
            return try await begin(request, client, object: nil, spending: nil, browser, at: instant)
        }
    }

    private func client(_ id: String?) async throws -> RegisteredClient {
        guard let id, let client = try await clients.client(id) else {
            throw InteractionRefusal.request(code: "invalid_client", reason: "client_id is missing or unknown")
        }
        return client
    }

    /// RFC 9126 §4: what stands beside `request_uri`, but for the client, does not count.
    private func open(
        pushed uri: String, _ parameters: AuthorizationParameters, _ browser: Browser, at instant: Date
    ) async throws -> InteractionOutcome {
        guard uri.hasPrefix(PushedRequests.prefix) else { throw AuthorizationRequestRefusal.requestURINotSupported }
        let ticket = String(uri.dropFirst(PushedRequests.prefix.count))
        guard let id = interactions.tickets.requests.recognise(ticket),
            instant.timeIntervalSince(id.madeAt) < policy.requestLifetime.seconds,
            let interaction = try await interactions.stores.interactions.interaction(id, sinceVersion: 0),
            !interaction.isFinished,
            let client = parameters.reply.clientID, client.hasSameBytes(as: interaction.clientID)
        else { throw AuthorizationRequestRefusal.requestURI }
        // Once somebody has begun to log in, whoever else has the address is nobody.
        try interactions.checkBrowser(browser, interaction)
        let order = try await interactions.order(interaction)
        return try await proceed(interaction, order, browser, at: instant)
    }

    /// RFC 9101 §5. The object is spent with the answer and not when it is opened, since browsers load pages again.
    private func open(
        signed object: String, _ parameters: AuthorizationParameters, _ browser: Browser, at instant: Date
    ) async throws -> InteractionOutcome {
        let client = try await client(parameters.reply.clientID)
        let (request, use) = try await SignedRequests(clients: clients, policy: policy)
            .request(in: object, of: client, at: instant)
        if let use, try await interactions.stores.interactions.isSpent(use) {
            throw AuthorizationRequestRefusal.requestObject(.replayed)
        }
        return try await begin(request, client, object: object, spending: use, browser, at: instant)
    }

    private func begin(
        _ request: AuthorizationRequest, _ client: RegisteredClient, object: String?, spending use: SingleUse?,
        _ browser: Browser, at instant: Date
    ) async throws -> InteractionOutcome {
        let order = try await rules.order(request, of: client, isAuthenticated: false)
        guard !client.metadata.requiresPushedRequests, policy.profile != .fapi2,
            client.metadata.authenticationMethod != .attestation
        else { throw AuthorizationRefusal.pushNeeded }
        var stored: JSONObject = ["request": .object(request.json)]
        if order.sharing != nil { stored["object"] = object.map(JSON.string) }
        stored["use"] = use.map { .string(Base64URL.encode($0.bytes)) }
        let interaction = Interaction(
            id: TicketID(at: instant), clientID: client.id, request: .object(stored), parsed: request)
        _ = try await interactions.stores.interactions.insert(interaction, spending: [])
        return try await proceed(interaction, order, browser, at: instant)
    }

    private func proceed(
        _ interaction: Interaction, _ order: AuthorizationOrder, _ browser: Browser, at instant: Date
    ) async throws -> InteractionOutcome {
        do {
            _ = try await rules.offer(of: order, at: instant)
            if order.prompts.contains(.none) { try await checkSilence(interaction, order, browser, at: instant) }
            return try await interactions.proceed(
                interaction, LoginDemand(order), order, browser, at: instant)
        } catch let refusal as AuthorizationRefusal {
            return try await interactions.refuse(interaction, order, refusal, BrowserChanges(), at: instant)
        }
    }

    /// OpenID Connect Core §3.1.2.1: with `prompt=none` no page may be shown.
    private func checkSilence(
        _ interaction: Interaction, _ order: AuthorizationOrder, _ browser: Browser, at instant: Date
    ) async throws {
        let visit = BrowserVisit(browser: browser, secret: [], at: instant)
        guard let person = try await interactions.identify(interaction, LoginDemand(order), visit) else {
            throw AuthorizationRefusal.loginRequired
        }
        if let hinted = order.hintedSubject,
            !hinted.hasSameBytes(as: subjects.subject(person.person, for: order.client))
        {
            throw AuthorizationRefusal.loginRequired
        }
        guard try await interactions.standingConsent(for: order, of: person.person, at: instant) != nil else {
            throw AuthorizationRefusal.consentRequired
        }
    }

    /// What a person has to show once more before they add a way to log in, which from then on stands for them at every
    /// level that it reaches: the strongest level that they can reach, a moment ago. Nil if their session has that.
    ///
    /// - Parameter ways: in which the person can log in; nil if that is not known here.
    package func confirmation(of session: Session, ways: [LoginMethod]?) -> AuthenticationLevel? {
        let level = policy.levels.last { $0.isReached(by: ways ?? session.methods) } ?? policy.levels.first
        guard let level else { return nil }
        let isFresh = now().timeIntervalSince(session.authenticatedAt) <= Self.confirmationLifetime
        return isFresh && level.isReached(by: session.methods) ? nil : level
    }

    /// Seconds since a login.
    private static let confirmationLifetime = 300.0

    /// Tells the client if its address is known to be its own, else the person.
    private func reject(_ refusal: AuthorizationRefusal, _ reply: AuthorizationReply) async throws -> InteractionOutcome
    {
        guard refusal.mayBeRedirected, let id = reply.clientID, let client = try await clients.client(id),
            let address = rules.redirectURI(reply.redirectURI, of: client, isAuthenticated: false)
        else { throw InteractionRefusal.request(code: refusal.wire.code, reason: refusal.reason) }
        let response = AuthorizationResponse(refusing: refusal.wire, state: reply.state, issuer: policy.issuer)
        return InteractionOutcome(
            .answer(
                AuthorizationAnswer(redirectURI: address, mode: reply.responseMode ?? .query, response: response)))
    }

    /// The login for the person's own page, if they are not logged in.
    ///
    /// - Parameter level: what they have to reach now, though they are logged in; nil if any login will do.
    package func account(
        _ browser: Browser, confirming level: AuthenticationLevel? = nil
    ) async throws -> InteractionOutcome {
        let instant = now()
        let request: JSON = level.map { ["acr": .string($0.acr)] } ?? .null
        let interaction = Interaction(id: TicketID(at: instant), clientID: "", request: request)
        _ = try await interactions.stores.interactions.insert(interaction, spending: [])
        return try await interactions.proceed(interaction, browser, at: instant)
    }
}
