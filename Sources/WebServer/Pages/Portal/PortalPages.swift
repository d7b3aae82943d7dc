import Foundation
import HTTPTypes
import OAuth

/// The pages of the portal: choosing a credential, getting it, taking it away.
struct PortalPages: Sendable {
    let shells: PageShells

    func response(for page: PortalChoicePage, visit: Visit) -> EndpointResponse {
        respond(
            visit, title: visit.texts["portal_title"], path: "/portal",
            // The form leads to the provider's login, which may be another server and leads on from there.
            policy: PagePolicy(formTargets: .client(scheme: nil), isIsolated: true),
            PortalChoiceMarkup(page: page, visit: visit, shells: shells).markup)
    }

    func response(for page: PortalWorkingPage, visit: Visit) -> EndpointResponse {
        let next = shells.address(of: "/portal/credential", for: visit)
        var response = respond(
            visit, title: visit.texts["portal_working_title"], path: "/portal/credential",
            """
            <div class="wrap narrow">
            <div class="panel" data-test="portal-working">
            <h1>\(visit.markup("portal_working_title"))</h1>
            <p class="lead" role="status"><span class="dot busy" aria-hidden="true"></span> \
            \(visit.markup("portal_working_text"))</p>
            <p><a class="button quiet" href="\(next)">\(visit.markup("portal_working_next"))</a></p>
            </div>
            </div>

            """)
        response.headers[.refresh] = "\(page.pause); url=\(next)"
        return response
    }

    func response(for page: PortalDeliveryPage, visit: Visit) -> EndpointResponse {
        respond(
            visit, title: visit.texts["portal_ready_title"], path: "/portal/credential",
            status: page.problem?.status ?? .ok,
            PortalDeliveryMarkup(page: page, visit: visit, shells: shells).markup)
    }

    func response(for page: PortalPrintPage, visit: Visit) -> EndpointResponse {
        respond(
            visit, title: visit.plain(page.credential.name), path: "/portal/credential",
            PortalPrintMarkup(page: page, visit: visit, back: shells.address(of: "/portal/credential", for: visit))
                .markup)
    }

    func response(for page: PortalDonePage, visit: Visit) -> EndpointResponse {
        let markup = PortalDoneMarkup(page: page, visit: visit, shells: shells)
        return respond(visit, title: markup.title, path: "/portal/credential", markup.markup)
    }

    func response(for page: PortalProblemPage, visit: Visit) -> EndpointResponse {
        let key = "portal_problem_" + page.kind.rawValue
        let reference = page.reference.map { reference -> HTML in
            "<p class=\"hint\">\(visit.markup("problem_reference")): <bdi dir=\"ltr\"><code>\(reference)</code></bdi></p>\n"
        }
        return respond(
            visit, title: visit.texts[key], path: "/portal", status: page.kind.status,
            """
            <div class="wrap narrow">
            <div class="panel" data-test="portal-problem" data-code="\(page.kind.rawValue)">
            <h1>\(visit.markup(key))</h1>
            <p class="lead">\(visit.markup(key + "_text"))</p>
            \(reference)<p><a class="button" href="\(shells.address(of: "/portal", for: visit))">\
            \(visit.markup("portal_again"))</a></p>
            </div>
            </div>

            """)
    }

    private func respond(
        _ visit: Visit, title: String, path: String, status: HTTPResponse.Status = .ok,
        policy: PagePolicy = PagePolicy(isIsolated: true), _ content: HTML
    ) -> EndpointResponse {
        shells.response(
            with: PageDocument(title: title, path: path, policy: policy, status: status, content: content), for: visit)
    }
}

extension PortalDeliveryPage.Problem {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .addressMalformed, .tooLargeForPaper: .badRequest
        case .mailNotSent, .offerNotMade: .badGateway
        }
    }
}

extension PortalProblemPage.Kind {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        // Nothing failed: the person said no.
        case .denied: .ok
        case .over, .unknownCredential: .badRequest
        case .crossSite: .forbidden
        case .tooMany: .tooManyRequests
        case .provider, .issuer: .badGateway
        }
    }
}

extension HTTPField.Name {
    // A valid field name, so there is a value. HTML §4.2.5.3 gives it its meaning.
    fileprivate static let refresh = HTTPField.Name("Refresh")!
}
