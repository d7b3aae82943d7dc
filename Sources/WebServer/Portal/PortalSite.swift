package import Foundation
import HTTPTypes
import OAuth
package import Portal
import WireFormats

/// Where people come for their credentials with a browser.
package struct PortalSite: Sendable {
    /// Paths below the public address.
    package enum Paths {
        package static let choice = "/portal"
        package static let start = "/portal/start"
        package static let callback = "/portal/callback"
        package static let credential = "/portal/credential"
        package static let deliver = "/portal/deliver"
        package static let keys = "/portal/jwks.json"
    }

    let visits: PortalVisits
    let mail: (any PortalMail)?
    let pages: SitePages
    let cookie: PortalCookie
    let keys: @Sendable () -> PublishedDocument
    let report: @Sendable (PortalTrouble) -> Void
    let wait: @Sendable (String) async throws -> Int?
    let now: @Sendable () -> Date

    /// - Parameters:
    ///   - mail: nil if letters are not sent.
    ///   - keys: the public keys that the portal authenticates with, as a JWK Set.
    ///   - report: takes what the operator should know of.
    ///   - wait: asked with the network address of each who starts; seconds that they have to wait, nil for none.
    package init(
        visits: PortalVisits, mail: (any PortalMail)?, pages: SitePages,
        keys: @escaping @Sendable () -> PublishedDocument, report: @escaping @Sendable (PortalTrouble) -> Void,
        wait: @escaping @Sendable (String) async throws -> Int? = { _ in nil }, now: @escaping @Sendable () -> Date
    ) {
        self.visits = visits
        self.mail = mail
        self.pages = pages
        cookie = PortalCookie(isSecure: pages.frames.address.isSecure)
        self.keys = keys
        self.report = report
        self.wait = wait
        self.now = now
    }

    package var routes: [Route] {
        let base = pages.frames.address.path
        return [
            Route(.get, .exact(base + Paths.choice), name: "portal", handler: page(choose)),
            Route(.post, .exact(base + Paths.start), name: "portal_start", bodyLimit: 4 << 10, handler: page(start)),
            Route(.get, .exact(base + Paths.callback), name: "portal_callback", handler: page(arrive)),
            Route(.get, .exact(base + Paths.credential), name: "portal_credential", handler: page(show)),
            Route(
                .post, .exact(base + Paths.deliver), name: "portal_deliver", bodyLimit: 4 << 10,
                handler: page(deliver)),
            Route(.get, .exact(base + Paths.keys), name: "portal_keys") { request, _ in
                keys().respond(to: request)
            },
        ]
    }

    private func choose(_ request: EndpointRequest, _ visit: Visit) async throws -> EndpointResponse {
        let known = cookie.secret(in: request)
        let secret = known ?? VisitSecret()
        let credentials = try await visits.catalogue.credentials()
        var response = pages.portal.response(
            for: PortalChoicePage(csrf: secret.csrf, credentials: credentials.map(PortalCredential.init)),
            visit: visit)
        if known == nil { cookie.set(secret, on: &response) }
        return response
    }

    private func start(_ request: EndpointRequest, _ visit: Visit) async throws -> EndpointResponse {
        let (form, secret) = try authenticate(request)
        if let seconds = try await wait(request.clientAddress) {
            var response = pages.portal.response(for: PortalProblemPage(kind: .tooMany), visit: visit)
            response.headers[.retryAfter] = String(seconds)
            return response
        }
        guard let credential = form["credential"] else { throw PortalRefusal.unknownCredential }
        let departure = try await visits.begin(
            credential, leaving: secret, language: visit.isChosen ? visit.language : nil)
        var response = BrowserSite.seeOther(departure.address)
        cookie.set(departure.secret, on: &response)
        return response
    }

    private func arrive(_ request: EndpointRequest, _: Visit) async throws -> EndpointResponse {
        let language = try await visits.arrive(with: request.query, cookie.secret(in: request))
        return redirect(to: Paths.credential, language.map { "?lang=" + $0 } ?? "")
    }

    private func show(_ request: EndpointRequest, _ visit: Visit) async throws -> EndpointResponse {
        switch try await visits.current(cookie.secret(in: request)) {
        case .away: return redirect(to: Paths.choice, visit.query)
        case .making: return pages.portal.response(for: PortalWorkingPage(), visit: visit)
        case .received(let received): return delivery(of: received, visit)
        }
    }

    /// The form of a page of ours, with what the browser that sends it is known by.
    func authenticate(_ request: EndpointRequest) throws(PortalRefusal) -> (FormParameters, VisitSecret) {
        guard SameOrigin.check(request, at: pages.frames.address),
            request.hasContentType("application/x-www-form-urlencoded"),
            let form = try? FormParameters(parsing: request.body), let secret = cookie.secret(in: request),
            secret.hasSent(csrf: form["csrf"])
        else { throw .crossSite }
        return (form, secret)
    }

    private func redirect(to path: String, _ query: String) -> EndpointResponse {
        BrowserSite.seeOther(pages.frames.address.path + path + query)
    }

    /// A handler that answers whatever goes wrong with a page.
    private func page(
        _ respond: @escaping @Sendable (EndpointRequest, Visit) async throws -> EndpointResponse
    ) -> Route.Handler {
        { request, _ in
            let visit = pages.visit(request)
            do {
                return try await respond(request, visit)
            } catch let refusal as PortalRefusal {
                return pages.portal.response(for: problem(refusal), visit: visit)
            } catch let error as CancellationError {
                throw error
            } catch {
                let trouble = PortalTrouble(.server, "\(error)")
                report(trouble)
                return pages.problems.response(
                    for: ProblemNotice(failure: error, reference: trouble.reference), visit: visit)
            }
        }
    }

    private func problem(_ refusal: PortalRefusal) -> PortalProblemPage {
        switch refusal {
        case .crossSite: return PortalProblemPage(kind: .crossSite)
        case .over: return PortalProblemPage(kind: .over)
        case .unknownCredential: return PortalProblemPage(kind: .unknownCredential)
        case .declined: return PortalProblemPage(kind: .denied)
        case .provider(let reason): return problem(.provider, PortalTrouble(.provider, reason))
        case .issuer(let reason): return problem(.issuer, PortalTrouble(.issuer, reason))
        }
    }

    private func problem(_ kind: PortalProblemPage.Kind, _ trouble: PortalTrouble) -> PortalProblemPage {
        report(trouble)
        return PortalProblemPage(kind: kind, reference: trouble.reference)
    }
}
