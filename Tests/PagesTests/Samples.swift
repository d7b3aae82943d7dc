import AuthorizationServer
import CredentialIssuer
import Foundation
import HTTPTypes
import OAuth
import PersonAuthentication

@testable import WebServer

/// Every page in its variants, with names that are given.
struct Samples {
    /// Stands wherever somebody else's text does.
    var name = "Harbour Library"
    static let start = Date(timeIntervalSince1970: 1_750_000_000)

    static func pages(
        _ address: String = "https://northmere.example", issuer: String = "Northmere University",
        links: HeaderLinks = HeaderLinks(account: true, portal: true)
    ) throws -> SitePages {
        try SitePages(
            publicURL: address,
            display: [
                CredentialDisplay(name: issuer, locale: "en"),
                CredentialDisplay(name: "جامعة نورثمير", locale: "ar"),
            ], configurations: [], links: links)
    }

    static func visit(_ pages: SitePages, _ language: String = "en", isChosen: Bool = false) -> Visit {
        let visit = pages.visit(EndpointRequest(method: .get, headers: [.acceptLanguage: language]))
        return Visit(texts: visit.texts, isChosen: isChosen)
    }

    // MARK: Who asks

    var text: LocalizedText { LocalizedText(name, language: "en") }
    let form = InteractionForm(ticket: "AaH9rjp6E296SV_qEk9qtwJx", csrf: "csrf-value")

    func party(isVerified: Bool = true, host: String? = "library.example") -> RequestingParty {
        RequestingParty(
            name: text, host: host, isVerified: isVerified, policyURI: "https://library.example/privacy",
            termsURI: "javascript:alert(1)")
    }

    // MARK: Login

    var facts: [KnowledgeField] {
        [
            KnowledgeField(
                name: "student_number", label: ["en": "Student number", "ar": "رقم الطالب"], input: .number,
                normalization: []),
            KnowledgeField(name: "family_name", label: ["en": name, "fr": "Nom"], input: .text, normalization: []),
            KnowledgeField(
                name: "birth_date", label: ["en": "Date of birth", "uk": "Дата народження"], input: .date,
                normalization: []),
        ]
    }

    static let passkeyOptions = Array(#"{"challenge":"AAECAw","rpId":"localhost","allowCredentials":[]}"#.utf8)

    func login(
        _ method: LoginMethod, _ fields: LoginPage.Fields, step: Int = 1, steps: Int = 1,
        problem: LoginRefusal? = nil, party: RequestingParty? = nil
    ) -> LoginPage {
        LoginPage(
            form: form, party: party ?? self.party(), method: method,
            otherMethods: LoginMethod.allCases.filter { $0 != method }, step: step, steps: steps, fields: fields,
            problem: problem)
    }

    var logins: [(name: String, page: LoginPage)] {
        [
            ("knowledge", login(.knowledge, .facts(facts))),
            ("password", login(.password, .secret(asksUsername: true, hint: name), problem: .wrong)),
            (
                "pin",
                login(
                    .pin, .secret(asksUsername: true, hint: nil), problem: .tooManyAttempts(retryAfter: 840),
                    party: party(isVerified: false))
            ),
            ("email", login(.emailCode, .sendCode(asksUsername: true, hint: nil), problem: .codeOver)),
            ("code", login(.emailCode, .enterCode, step: 2, steps: 2)),
            ("sms", login(.smsCode, .sendCode(asksUsername: false, hint: nil), step: 2, steps: 2)),
            ("sms-code", login(.smsCode, .enterCode, step: 2, steps: 2, problem: .wrong)),
            ("second-password", login(.password, .secret(asksUsername: false, hint: nil), step: 2, steps: 2)),
            (
                "passkey",
                login(.passkey, .passkey(options: Self.passkeyOptions), problem: .unavailable, party: party(host: nil))
            ),
            (
                "own",
                LoginPage(
                    form: form, party: nil, method: .password, otherMethods: [], step: 1, steps: 1,
                    fields: .secret(asksUsername: true, hint: nil), problem: nil)
            ),
        ]
    }

    // MARK: Consent

    var credential: RequestedCredential {
        RequestedCredential(
            configurationID: "student-id", name: text, issuer: LocalizedText("Northmere University", language: "en"),
            claims: ["Given name", "Family name", "Date of birth"].map { LocalizedText($0, language: "en") })
    }

    var claims: [RequestedClaim] {
        [
            RequestedClaim(name: "family_name", label: text, isEssential: true, purpose: "To greet you."),
            RequestedClaim(
                name: "email", label: LocalizedText("E-mail address", language: "en"), isEssential: false,
                purpose: name),
            RequestedClaim(
                name: "phone_number", label: LocalizedText("رقم الهاتف", language: "ar"), isEssential: false,
                purpose: nil),
        ]
    }

    var consents: [(name: String, page: ConsentPage)] {
        [
            (
                "consent",
                ConsentPage(
                    form: form, party: party(), purpose: name, credentials: [credential], claims: claims,
                    asksOfflineAccess: true, durations: [.year, .month, .once])
            ),
            (
                "consent-unverified",
                ConsentPage(
                    form: form, party: party(isVerified: false, host: nil), purpose: nil, credentials: [credential],
                    claims: [], asksOfflineAccess: false, durations: [])
            ),
        ]
    }

    // MARK: Account

    func given(
        _ id: String, expires: Double?, withdrawn: Double? = nil, purpose: String? = nil
    ) -> GivenConsent {
        GivenConsent(
            id: id, party: party(), credentials: [text], claims: claims.map(\.label), purpose: purpose,
            givenAt: Self.start, expiresAt: expires.map { Self.start.addingTimeInterval($0) },
            lastUsedAt: Self.start.addingTimeInterval(60),
            withdrawnAt: withdrawn.map { Self.start.addingTimeInterval($0) })
    }

    var account: AccountPage {
        AccountPage(
            csrf: "csrf-value", name: name,
            consents: [
                given("c-in-force", expires: 86_400 * 30, purpose: name), given("c-once", expires: nil),
                given("c-expired", expires: 100), given("c-withdrawn", expires: 86_400, withdrawn: 200),
            ],
            passkeys: [
                RegisteredPasskey(id: "k1", name: name, addedAt: Self.start, lastUsedAt: nil),
                RegisteredPasskey(id: "k2", name: "Phone", addedAt: Self.start, lastUsedAt: Self.start),
            ], offersPasskeys: true)
    }

    static let later = start.addingTimeInterval(3600)

    // MARK: Portal

    func portalCredential(_ id: String = "student-id", color: String? = "#1f3a5f") -> PortalCredential {
        PortalCredential(
            id: id, name: text, issuer: LocalizedText("Northmere University", language: "en"),
            description: LocalizedText("Shows that you study.", language: "en"), backgroundColor: color,
            claims: claims.map(\.label))
    }

    var portalClaims: [PortalClaim] {
        [
            PortalClaim(label: text, value: .text(name)),
            PortalClaim(label: LocalizedText("Date of birth", language: "en"), value: .text("2001-04-17")),
            PortalClaim(
                label: LocalizedText("Address", language: "en"),
                value: .group([
                    PortalClaim(label: LocalizedText("Street", language: "en"), value: .text("12 Quay Street")),
                    PortalClaim(label: LocalizedText("Town", language: "en"), value: .text("Northmere")),
                ])),
            PortalClaim(label: LocalizedText("Portrait", language: "en"), value: .image("https://elsewhere.example/x")),
        ]
    }

    var deliveries: [(name: String, page: PortalDeliveryPage)] {
        let problems: [PortalDeliveryPage.Problem?] = [nil] + PortalDeliveryPage.Problem.allCases.map { $0 }
        return problems.map { problem in
            (
                "portal-delivery" + (problem.map { "-" + $0.rawValue } ?? ""),
                PortalDeliveryPage(
                    csrf: "csrf-value", credential: portalCredential(), claims: portalClaims,
                    ways: [
                        .wallet, .file, .print, .pdf, .email(recipient: problem == nil ? "l…@harbour.example" : nil),
                    ], keptUntil: Self.later, problem: problem)
            )
        }
    }

    var dones: [(name: String, page: PortalDonePage)] {
        let link =
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fnorthmere.example%2Foffer%2FAaH9rjp6E2"
        return [
            (
                "portal-offer",
                PortalDonePage(
                    credential: portalCredential(),
                    outcome: .offer(PortalOffer(link: link, txCode: "482913"), expiresAt: Self.later))
            ),
            (
                "portal-mailed",
                PortalDonePage(credential: portalCredential(), outcome: .mailed(recipient: name))
            ),
            ("portal-forgotten", PortalDonePage(credential: portalCredential(), outcome: .forgotten)),
        ]
    }

    var printed: PortalPrintPage {
        PortalPrintPage(
            credential: portalCredential(), claims: portalClaims, issuedAt: Self.start, validUntil: Self.later,
            codes: ["VC1/3/" + String(repeating: "A", count: 400), "VC2/3/" + String(repeating: "B", count: 400)])
    }

    // MARK: All of them

    /// Answers by name.
    func responses(_ pages: SitePages, _ visit: Visit) -> [(name: String, response: EndpointResponse)] {
        interaction(pages, visit) + simple(pages, visit) + portal(pages, visit)
    }

    private func interaction(_ pages: SitePages, _ visit: Visit) -> [(name: String, response: EndpointResponse)] {
        logins.map { ("login-" + $0.name, pages.login.response(for: $0.page, visit: visit)) }
            + consents.map { ($0.name, pages.consent.response(for: $0.page, visit: visit)) }
    }

    private func simple(_ pages: SitePages, _ visit: Visit) -> [(name: String, response: EndpointResponse)] {
        let empty = AccountPage(csrf: "csrf-value", name: nil, consents: [], passkeys: [], offersPasskeys: false)
        let unconfirmed = AccountPage(
            csrf: "csrf-value", name: name, consents: [], passkeys: [], offersPasskeys: true, confirmsFirst: true)
        let codes = [
            "invalid_request", "invalid_client", "invalid_redirect_uri", "invalid_request_uri", "interaction_over",
            "other_browser", "cross_site", "access_denied", "login_required", "not_found", "temporarily_unavailable",
            "server_error",
        ]
        let logout = LogoutPage(
            csrf: "csrf-value", party: party(), parameters: [HiddenField("post_logout_redirect_uri", name)])
        let answer = FormPostAnswer(
            address: "https://library.example/cb", parameters: [HiddenField("code", "abc"), HiddenField("state", name)])
        return [
            ("account", pages.account.response(for: account, visit: visit, at: Self.later)),
            ("account-unconfirmed", pages.account.response(for: unconfirmed, visit: visit, at: Self.later)),
            ("account-empty", pages.account.response(for: empty, visit: visit, at: Self.later)),
            ("logout", pages.logout.response(for: logout, visit: visit)),
            ("logout-own", pages.logout.response(for: LogoutPage(csrf: "csrf-value"), visit: visit)),
            ("logged-out", pages.logout.done(visit: visit)),
            ("form-post", pages.formPost.response(for: answer, visit: visit)),
        ]
            + codes.map { code in
                let notice = ProblemNotice(code: code, detail: name, reference: "AaH9rjp6E2")
                return ("problem-" + code, pages.problems.response(for: notice, visit: visit))
            }
    }

    private func portal(_ pages: SitePages, _ visit: Visit) -> [(name: String, response: EndpointResponse)] {
        let choice = PortalChoicePage(
            csrf: "csrf-value",
            credentials: [
                portalCredential(), portalCredential("light", color: "#f2d27a"), portalCredential("plain", color: nil),
            ])
        return [
            ("portal-choice", pages.portal.response(for: choice, visit: visit)),
            (
                "portal-none",
                pages.portal.response(for: PortalChoicePage(csrf: "csrf-value", credentials: []), visit: visit)
            ),
            ("portal-working", pages.portal.response(for: PortalWorkingPage(), visit: visit)),
            ("portal-print", pages.portal.response(for: printed, visit: visit)),
        ]
            + deliveries.map { ($0.name, pages.portal.response(for: $0.page, visit: visit)) }
            + dones.map { ($0.name, pages.portal.response(for: $0.page, visit: visit)) }
            + PortalProblemPage.Kind.allCases.map { kind in
                let page = PortalProblemPage(kind: kind, reference: name)
                return ("portal-problem-" + kind.rawValue, pages.portal.response(for: page, visit: visit))
            }
    }
}

extension EndpointResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
