package import AuthorizationServer
import Foundation
import HTTPTypes
import OAuth
package import PersonAuthentication
import WireFormats

/// The passkeys of people, for their own page.
package protocol AccountPasskeys: Sendable {
    /// Whether there can be passkeys here at all.
    var isOffered: Bool { get }
    /// In which ways the person can log in; nil if that is not known here.
    func ways(of person: String) async throws -> [LoginMethod]?
    func passkeys(of person: String) async throws -> [RegisteredPasskey]
    /// The options of `navigator.credentials.create()` as JSON.
    func creationOptions(for person: String) async throws -> [UInt8]
    /// False if the browser's answer is not acceptable.
    func add(_ answer: [UInt8], name: String, to person: String) async throws -> Bool
    func remove(_ id: String, of person: String) async throws
}

extension BrowserSite {
    func accountRoutes(at path: String) -> [Route] {
        [
            Route(.get, .exact(path), name: "account", handler: page(showAccount)),
            Route(
                .post, .exact(path + "/withdraw"), name: "account_withdraw", bodyLimit: 4 << 10,
                handler: form { session, form in
                    _ = try await account.withdraw(form["id"] ?? "", by: session)
                }),
            Route(
                .post, .exact(path + "/passkeys-remove"), name: "account_passkeys", bodyLimit: 4 << 10,
                handler: form { session, form in
                    try await passkeys.remove(form["id"] ?? "", of: session.person)
                }),
            Route(.get, .withParameter(prefix: path + "/receipts/"), name: "account_receipt", handler: page(receipt)),
            Route(
                .post, .exact(path + "/passkey-options"), name: "account_passkeys", bodyLimit: 4 << 10,
                handler: passkeyOptions),
            Route(
                .post, .exact(path + "/passkeys"), name: "account_passkeys", bodyLimit: 32 << 10,
                handler: addPasskey),
            Route(.post, .exact(path + "/confirm"), name: "account", bodyLimit: 4 << 10, handler: page(confirm)),
            Route(.post, .exact(path + "/sign-out"), name: "account", bodyLimit: 4 << 10, handler: page(signOut)),
        ]
    }

    private func showAccount(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        let browser = cookies.browser(request)
        guard let session = try await sessions(browser) else {
            return render(try await authorization.account(browser), request)
        }
        let page = try await account.page(
            of: session, csrf: logouts.formValue(session.id), passkeys: passkeys.passkeys(of: session.person),
            offersPasskeys: passkeys.isOffered, confirmsFirst: try await confirmation(of: session) != nil,
            offersVault: vault != nil)
        return pages.account.response(for: page, visit: pages.visit(request), at: now())
    }

    private func receipt(_ request: EndpointRequest, _ id: Substring) async throws -> EndpointResponse {
        guard let session = try await sessions(cookies.browser(request)),
            let receipt = try await account.receipt(String(id), for: session)
        else { throw InteractionRefusal.unknownInteraction }
        return EndpointResponse(
            headers: [
                .contentType: "application/jwt", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"consent-\(id.prefix(24)).jwt\"",
            ], body: Array(receipt.utf8))
    }

    /// A form of the account page: sent from there, by the one who is logged in.
    private func form(
        _ act: @escaping @Sendable (Session, FormParameters) async throws -> Void
    ) -> Route.Handler {
        page { request, _ in
            let (session, form) = try await posted(request)
            try await act(session, form)
            return backToAccount(request)
        }
    }

    private func posted(_ request: EndpointRequest) async throws -> (Session, FormParameters) {
        guard SameOrigin.check(request, at: pages.frames.address),
            request.hasContentType("application/x-www-form-urlencoded"),
            let form = try? FormParameters(parsing: request.body)
        else { throw InteractionRefusal.forged }
        guard let session = try await sessions(cookies.browser(request)) else {
            throw InteractionRefusal.unknownInteraction
        }
        try check(form["csrf"], session)
        return (session, form)
    }

    private func backToAccount(_ request: EndpointRequest) -> EndpointResponse {
        Self.seeOther(pages.frames.address.path + Paths.account + pages.visit(request).query)
    }

    private func check(_ csrf: String?, _ session: Session) throws(InteractionRefusal) {
        let expected = Array(logouts.formValue(session.id).utf8)
        guard let csrf, constantTimeEqual(Array(csrf.utf8), expected) else { throw .forged }
    }

    private func confirmation(of session: Session) async throws -> AuthenticationLevel? {
        guard passkeys.isOffered else { return nil }
        return authorization.confirmation(of: session, ways: try await passkeys.ways(of: session.person))
    }

    /// The person logs in again, as well as they can.
    private func confirm(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        let (session, _) = try await posted(request)
        guard let level = try await confirmation(of: session) else { return backToAccount(request) }
        return render(try await authorization.account(cookies.browser(request), confirming: level), request)
    }

    private func signOut(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        guard SameOrigin.check(request, at: pages.frames.address),
            let form = try? FormParameters(parsing: request.body)
        else { throw InteractionRefusal.forged }
        guard let session = try await sessions(cookies.browser(request)) else {
            return pages.logout.done(visit: pages.visit(request))
        }
        try check(form["csrf"], session)
        try await logouts.end(session)
        var response = pages.logout.done(visit: pages.visit(request))
        var changes = BrowserChanges()
        changes.endsSession = true
        cookies.apply(changes, to: &response, at: now())
        return response
    }

    /// The session of a script's request, which shows by a header that it is the page's own.
    func scripted(_ request: EndpointRequest) async throws -> Session {
        guard SameOrigin.check(request, at: pages.frames.address),
            let session = try await sessions(cookies.browser(request))
        else { throw AccountRefusal.notLoggedIn }
        do throws(InteractionRefusal) {
            try check(request.headers[.formToken], session)
        } catch {
            throw AccountRefusal.notLoggedIn
        }
        return session
    }

    @Sendable private func passkeyOptions(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        let session = try await scripted(request)
        guard try await confirmation(of: session) == nil else { throw AccountRefusal.notLoggedIn }
        return .privateJSON(try await passkeys.creationOptions(for: session.person))
    }

    @Sendable private func addPasskey(_ request: EndpointRequest, _: Substring) async throws -> EndpointResponse {
        let session = try await scripted(request)
        guard try await confirmation(of: session) == nil else { throw AccountRefusal.notLoggedIn }
        let body = (try? JSON(parsing: request.body)) ?? .null
        let answer = body["credential"]?.encoded() ?? request.body
        guard try await passkeys.add(answer, name: body["name"]?.string ?? "", to: session.person) else {
            throw AccountRefusal.passkey
        }
        return EndpointResponse(status: .noContent, headers: [.cacheControl: "no-store"])
    }
}

/// Why a script of the account page is refused.
enum AccountRefusal: Refusal {
    case notLoggedIn
    case passkey

    var wire: WireRefusal {
        switch self {
        case .notLoggedIn: WireRefusal(.forbidden, "login_required", "Log in again")
        case .passkey: WireRefusal(.badRequest, "invalid_request", "The passkey is not acceptable")
        }
    }

    var reason: String { wire.description }
}

extension HTTPField.Name {
    // A valid field name, so there is a value.
    static let formToken = HTTPField.Name("X-CSRF")!
}
