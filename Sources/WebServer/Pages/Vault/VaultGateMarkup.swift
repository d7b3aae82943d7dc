import Foundation
import PersonVault

/// What a page's script needs to know to open the vault of whoever looks at it.
struct VaultGate: Sendable {
    /// The value by which the session's own pages are known.
    let csrf: String
    /// The server's address, which signed changes name.
    let issuer: String
    /// By the server's clock, which the device's may differ from.
    let instant: Date
}

/// Making a vault or opening it: by script alone. Until that has run, a sentence says so.
struct VaultGateMarkup: Sendable {
    let gate: VaultGate
    let visit: Visit
    let shells: PageShells

    private var base: String { shells.frames.address.path }

    var markup: HTML {
        """
        <div class="vault-gate" data-vault data-token="\(base)/account/vault/token" \
        data-address="\(base)\(VaultEndpoint.path)" data-csrf="\(gate.csrf)" data-issuer="\(gate.issuer)" \
        data-now="\(String(gate.instant.wholeSeconds))" data-user="\(visit.texts["vault_title"])" data-test="vault">
        <p class="alert late" data-vault-message data-test="vault-message">\(visit.markup("vault_needs_script"))</p>
        \(create)\(unlock)\(open)\(VaultTexts(visit: visit).markup)</div>

        """
    }

    private var create: HTML {
        """
        <form class="fields" data-gate="create" hidden>
        <p>\(visit.markup("vault_create_lead"))</p>
        <fieldset>
        <legend>\(visit.markup("vault_create_first"))</legend>
        <div class="choices stacked">
        \(choice("passkey", "vault_kind_passkey"))\(choice("password", "vault_kind_password"))</div>
        </fieldset>
        \(newPassword("vault-new-password"))\(recovery("vault-new-code"))\
        <button class="button" type="submit" data-test="vault-create">\(visit.markup("vault_create"))</button>
        </form>

        """
    }

    private func choice(_ kind: String, _ key: String) -> HTML {
        """
        <label class="choice-box"><input type="radio" name="vault-first" value="\(kind)" \
        data-test="vault-first-\(kind)"><span>\(visit.markup(key)) <small>\(visit.markup(key + "_text"))</small></span>\
        </label>

        """
    }

    /// A password that is chosen now.
    private func newPassword(_ id: String) -> HTML {
        """
        <div class="field" data-new-password hidden>
        <label for="\(id)">\(visit.markup("vault_password"))</label>
        <input id="\(id)" type="password" autocomplete="new-password" maxlength="200" \
        aria-describedby="\(id)-hint" data-test="\(id)">
        <p class="hint" id="\(id)-hint">\(visit.markup("vault_password_hint"))</p>
        </div>

        """
    }

    /// A recovery code, shown this once.
    private func recovery(_ id: String) -> HTML {
        """
        <fieldset class="recovery" data-new-code>
        <legend>\(visit.markup("vault_code"))</legend>
        <p>\(visit.markup("vault_code_text"))</p>
        <p class="code-shown" dir="ltr" data-code data-test="vault-code"></p>
        <button class="button quiet" type="button" data-download data-test="vault-code-download">\
        \(visit.markup("vault_code_download"))</button>
        <div class="field">
        <label for="\(id)">\(visit.markup("vault_code_typed"))</label>
        <input id="\(id)" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" dir="ltr" \
        maxlength="200" aria-describedby="\(id)-hint" data-test="vault-code-typed">
        <p class="hint" id="\(id)-hint">\(visit.markup("vault_code_typed_hint"))</p>
        </div>
        </fieldset>

        """
    }

    private var unlock: HTML {
        """
        <div class="way-list" data-gate="unlock" hidden>
        <p>\(visit.markup("vault_unlock_lead"))</p>
        <div class="way-list" data-way-list></div>
        </div>
        <template data-way="passkey"><form class="way" data-test="vault-use-passkey">
        <p class="hint"><bdi data-name></bdi></p>
        <button class="button" type="submit">\(visit.markup("vault_use_passkey"))</button>
        </form></template>
        \(secretWay("password", "vault_password", "vault_use_password", Self.passwordInput))\
        \(secretWay("recovery", "vault_code", "vault_use_recovery", Self.codeInput))
        """
    }

    private static let passwordInput: HTML =
        "<input type=\"password\" autocomplete=\"current-password\" maxlength=\"200\" data-test=\"vault-password\">"
    private static let codeInput: HTML = """
        <input type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" dir="ltr" maxlength="200" \
        data-test="vault-recovery">
        """

    private func secretWay(_ kind: String, _ label: String, _ submit: String, _ input: HTML) -> HTML {
        """
        <template data-way="\(kind)"><form class="way" data-test="vault-use-\(kind)">
        <div class="field"><label><span>\(visit.markup(label))</span> <small><bdi data-name></bdi></small>
        \(input)</label></div>
        <button class="button quiet" type="submit">\(visit.markup(submit))</button>
        </form></template>

        """
    }

    private var open: HTML {
        """
        <div class="vault-open" data-gate="open" hidden>
        <p class="standing checked" role="status" tabindex="-1" data-test="vault-open">\
        \(visit.markup("vault_is_open"))</p>
        <button class="button quiet" type="button" data-lock data-test="vault-lock">\(visit.markup("vault_lock"))</button>
        </div>

        """
    }
}

/// The sentences that scripts say, by what they are called there.
struct VaultTexts: Sendable {
    let visit: Visit

    var markup: HTML {
        "<script type=\"application/json\" data-texts>\(HTML(scriptData: visit.texts.scriptTexts))</script>\n"
    }
}
