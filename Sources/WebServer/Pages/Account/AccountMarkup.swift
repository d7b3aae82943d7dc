import AuthorizationServer
import Foundation

/// The account page in one language.
struct AccountMarkup: Sendable {
    let page: AccountPage
    let visit: Visit
    let shells: PageShells
    let instant: Date

    var markup: HTML {
        """
        <div class="wrap account" data-test="account">
        <div class="account-head">
        <div>
        <h1>\(visit.markup("account_title"))</h1>
        \(name)</div>
        \(signOut)</div>
        \(consents)\(vault)\(passkeys)</div>

        """
    }

    private var vault: HTML? {
        guard page.offersVault else { return nil }
        return """
            <section aria-labelledby="vault-title">
            <h2 id="vault-title">\(visit.markup("vault_title"))</h2>
            <div class="panel">
            <p>\(visit.markup("account_vault_text"))</p>
            <a class="button quiet" href="\(shells.address(of: "/account/vault", for: visit))" data-test="vault-link">\
            \(visit.markup("account_vault"))</a>
            </div>
            </section>

            """
    }

    private var name: HTML {
        guard let name = page.name else { return "" }
        return "<p class=\"lead\"><bdi data-test=\"account-name\">\(name)</bdi></p>\n"
    }

    private var signOut: HTML {
        form("/account/sign-out").markup(
            "",
            """
            <button class="button quiet" type="submit" data-test="sign-out">\(visit.markup("account_sign_out"))</button>
            """)
    }

    private var consents: HTML {
        let current = page.consents.filter { !$0.standing(at: instant).isOver }
        let past = page.consents.filter { $0.standing(at: instant).isOver }
        let none: HTML = "<p class=\"panel none\">\(visit.markup("account_no_consents"))</p>\n"
        return """
            <section aria-labelledby="consents-title">
            <h2 id="consents-title">\(visit.markup("account_consents"))</h2>
            \(current.isEmpty ? none : list(current))</section>
            \(past.isEmpty ? nil : section(ofPast: past))
            """
    }

    /// Folded: over the years there will be many.
    private func section(ofPast past: [GivenConsent]) -> HTML {
        """
        <section aria-labelledby="past-title">
        <details class="past">
        <summary><h2 id="past-title">\(visit.markup("account_past")) (\(past.count))</h2></summary>
        \(list(past))</details>
        </section>

        """
    }

    private func list(_ consents: [GivenConsent]) -> HTML {
        let items = consents.map { consent in
            ConsentItemMarkup(
                consent: consent, standing: consent.standing(at: instant), visit: visit,
                receipt: shells.frames.address.path + "/account/receipts/" + consent.id,
                withdrawal: form("/account/withdraw")
            ).markup
        }
        return "<ul class=\"items\">\n\(items)</ul>\n"
    }

    private var passkeys: HTML {
        guard page.offersPasskeys || !page.passkeys.isEmpty else { return "" }
        let items = page.passkeys.map { passkey in
            PasskeyItemMarkup(passkey: passkey, visit: visit, removal: form("/account/passkeys-remove")).markup
        }
        return """
            <section aria-labelledby="passkeys-title">
            <h2 id="passkeys-title">\(visit.markup("account_passkeys"))</h2>
            \(items.isEmpty ? nil : "<ul class=\"items\">\n\(items)</ul>\n" as HTML)\
            \(page.offersPasskeys ? (page.confirmsFirst ? confirmation : registration) : nil)</section>

            """
    }

    private var confirmation: HTML {
        form("/account/confirm").markup(
            " class=\"panel\"",
            """
            <p>\(visit.markup("passkey_add_lead"))</p>
            <p>\(visit.markup("passkey_confirm_lead"))</p>
            <button class="button" type="submit" data-test="passkey-confirm">\(visit.markup("passkey_confirm"))</button>
            """)
    }

    private var registration: HTML {
        PasskeyRegistrationMarkup(
            visit: visit, csrf: page.csrf, optionsAddress: shells.frames.address.path + "/account/passkey-options",
            address: shells.frames.address.path + "/account/passkeys",
            script: shells.asset(LandingAssets.passkeyScript)
        ).markup
    }

    private func form(_ path: String) -> FormMarkup {
        FormMarkup(action: shells.address(of: path, for: visit), csrf: page.csrf)
    }
}
