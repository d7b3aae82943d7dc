package import AuthorizationServer
package import Foundation
import HTTPTypes
import OAuth
import WireFormats

/// What people see of the provider: authorization, login, consent, logout and their own page.
package struct BrowserSite: Sendable {
    let authorization: AuthorizationEndpoint
    let interactions: Interactions
    let logouts: Logouts
    let account: Account
    let passkeys: any AccountPasskeys
    /// Nil where people have none.
    let vault: AccountVault?
    let sessions: @Sendable (Browser) async throws -> Session?
    let cookies: BrowserCookies
    let pages: SitePages
    let now: @Sendable () -> Date

    package init(
        authorization: AuthorizationEndpoint, interactions: Interactions, logouts: Logouts, account: Account,
        passkeys: any AccountPasskeys, vault: AccountVault?, cookies: BrowserCookies, pages: SitePages,
        now: @escaping @Sendable () -> Date
    ) {
        self.authorization = authorization
        self.interactions = interactions
        self.logouts = logouts
        self.account = account
        self.passkeys = passkeys
        self.vault = vault
        sessions = { try await interactions.liveSession($0, at: now()) }
        self.cookies = cookies
        self.pages = pages
        self.now = now
    }

    typealias Paths = AuthorizationSite.Paths

    func routes(at path: String) -> [Route] {
        let interaction = Route.Path.withParameter(prefix: path + Paths.interaction)
        return [
            Route(.get, .exact(path + Paths.authorize), name: "authorize", handler: page(authorize)),
            Route(
                .post, .exact(path + Paths.authorize), name: "authorize", bodyLimit: 128 << 10, handler: page(authorize)
            ),
            Route(.get, interaction, name: "interaction", handler: page(show)),
            Route(.post, interaction, name: "interaction", bodyLimit: 512 << 10, handler: page(submit)),
            Route(.get, .exact(path + Paths.logout), name: "logout", handler: page(askLogout)),
            Route(
                .post, .exact(path + Paths.logout), name: "logout", bodyLimit: 32 << 10, handler: page(confirmLogout)),
        ] + accountRoutes(at: path + Paths.account) + vaultRoutes(at: path + Paths.account + "/vault")
    }

    /// A handler whose refusals and failures are pages in the visitor's language.
    func page(
        _ respond: @escaping @Sendable (EndpointRequest, Substring) async throws -> EndpointResponse
    ) -> Route.Handler {
        { request, parameter in
            do {
                return try await respond(request, parameter)
            } catch let refusal as InteractionRefusal {
                return pages.problems.response(for: refusal.notice, visit: pages.visit(request))
            } catch let refusal as AuthorizationRefusal {
                let notice = ProblemNotice(code: refusal.wire.code, detail: refusal.wire.description)
                return pages.problems.response(for: notice, visit: pages.visit(request))
            } catch let refusal as AuthorizationRequestRefusal {
                let notice = ProblemNotice(code: refusal.wire.code, detail: refusal.wire.description)
                return pages.problems.response(for: notice, visit: pages.visit(request))
            } catch let error where !(error is any Refusal || error is CancellationError) {
                let page = pages.problems.response(for: ProblemNotice(failure: error), visit: pages.visit(request))
                throw PresentedFailure(cause: error, page: page)
            }
        }
    }

    private func authorize(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        let outcome = try await authorization.respond(to: request, browser: cookies.browser(request))
        return render(outcome, request)
    }

    private func show(_ request: EndpointRequest, _ ticket: Substring) async throws -> EndpointResponse {
        render(try await interactions.show(ticket, to: cookies.browser(request)), request)
    }

    private func submit(_ request: EndpointRequest, _ ticket: Substring) async throws -> EndpointResponse {
        guard SameOrigin.check(request, at: pages.frames.address) else { throw InteractionRefusal.forged }
        guard let submission = InteractionSubmission(decoding: request) else { throw InteractionRefusal.forged }
        return render(
            try await interactions.submit(
                submission, to: ticket, from: cookies.browser(request, language: pages.visit(request).language)),
            request)
    }

    func render(_ outcome: InteractionOutcome, _ request: EndpointRequest) -> EndpointResponse {
        let visit = pages.visit(request, uiLocales: outcome.languages)
        var response: EndpointResponse
        switch outcome.next {
        case .page(.login(let page), _):
            response = pages.login.response(for: page, visit: visit, redirectScheme: outcome.redirectScheme)
        case .page(.consent(let page), _):
            // The session that the person has just got, or the one that they came with.
            let session = outcome.changes.session?.id ?? cookies.browser(request).session
            response = pages.consent.response(
                for: page, visit: visit, redirectScheme: outcome.redirectScheme, gate: session.map(gate))
        case .reload(let ticket):
            response = Self.seeOther(pages.frames.address.path + Paths.interaction + ticket + visit.query)
        case .answer(let answer): response = self.answer(answer, visit)
        case .account: response = Self.seeOther(pages.frames.address.path + Paths.account + visit.query)
        }
        cookies.apply(outcome.changes, to: &response, at: now())
        return response
    }

    private func answer(_ answer: AuthorizationAnswer, _ visit: Visit) -> EndpointResponse {
        switch answer.mode {
        case .query: return Self.seeOther(answer.response.address(at: answer.redirectURI))
        case .formPost:
            return pages.formPost.response(
                for: FormPostAnswer(
                    address: answer.redirectURI,
                    parameters: answer.response.parameters.map { HiddenField($0.name, $0.value) }),
                visit: visit)
        }
    }

    /// RFC 9700 §4.12: 303, so that no browser sends the form on.
    static func seeOther(_ address: String) -> EndpointResponse {
        EndpointResponse(
            status: .seeOther,
            headers: [.location: address, .cacheControl: "no-store", .referrerPolicy: "no-referrer"])
    }
}

extension BrowserSite {
    private static let logoutParameters = ["post_logout_redirect_uri", "client_id", "id_token_hint", "state"]

    private func askLogout(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        guard let parameters = try? FormParameters(parsing: request.query) else { throw InteractionRefusal.forged }
        return try await askLogout(parameters, request)
    }

    private func askLogout(_ parameters: FormParameters, _ request: EndpointRequest) async throws -> EndpointResponse {
        let visit = pages.visit(
            request, uiLocales: parameters["ui_locales"]?.split(separator: " ").map(String.init) ?? [])
        switch try await logouts.request(parameters, cookies.browser(request)) {
        case .done(let address): return loggedOut(address, visit)
        case .ask(let csrf, let party):
            let kept = Self.logoutParameters.compactMap { name in
                parameters[name].map { HiddenField(name, $0) }
            }
            return pages.logout.response(
                for: LogoutPage(csrf: csrf, party: party, parameters: kept), visit: visit,
                redirectScheme: parameters["post_logout_redirect_uri"].flatMap { RedirectURI($0)?.privateScheme })
        }
    }

    /// The answer from our page; or the request itself, which may be posted too (RP-Initiated Logout 1.0 §2).
    private func confirmLogout(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        guard request.hasContentType("application/x-www-form-urlencoded"),
            let form = try? FormParameters(parsing: request.body)
        else { throw InteractionRefusal.forged }
        guard let action = form["action"] else { return try await askLogout(form, request) }
        guard SameOrigin.check(request, at: pages.frames.address) else { throw InteractionRefusal.forged }
        let visit = pages.visit(request)
        guard action == "logout" else { return Self.seeOther(pages.frames.address.path + "/" + visit.query) }
        guard case .done(let address) = try await logouts.confirm(form, cookies.browser(request)) else {
            throw InteractionRefusal.forged
        }
        return loggedOut(address, visit)
    }

    private func loggedOut(_ address: String?, _ visit: Visit) -> EndpointResponse {
        var response = address.map(Self.seeOther) ?? pages.logout.done(visit: visit)
        var changes = BrowserChanges()
        changes.endsSession = true
        cookies.apply(changes, to: &response, at: now())
        return response
    }
}

extension InteractionRefusal {
    /// What the visitor is told.
    var notice: ProblemNotice {
        switch self {
        case .request(let code, let reason): ProblemNotice(code: code, detail: reason)
        case .unknownInteraction: ProblemNotice(code: "interaction_over", status: .badRequest)
        case .forged: ProblemNotice(code: "cross_site", status: .forbidden)
        case .alreadyAnswered: ProblemNotice(code: "interaction_over", status: .badRequest)
        }
    }
}
