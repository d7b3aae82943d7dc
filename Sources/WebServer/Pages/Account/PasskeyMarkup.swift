import AuthorizationServer

/// A passkey on the account page.
struct PasskeyItemMarkup: Sendable {
    let passkey: RegisteredPasskey
    let visit: Visit
    let removal: FormMarkup

    var markup: HTML {
        let added = PageDate(passkey.addedAt, in: visit.texts)
        return """
            <li class="panel item" data-test="passkey-item" data-id="\(passkey.id)">
            <h3><bdi>\(passkey.name)</bdi></h3>
            <dl class="facts-list">
            <div><dt>\(visit.markup("passkey_added"))</dt><dd>\(visit.markup(added))</dd></div>
            <div><dt>\(visit.markup("passkey_last_used"))</dt><dd>\(lastUsed)</dd></div>
            </dl>
            <div class="item-actions">
            \(remove)</div>
            </li>

            """
    }

    private var lastUsed: HTML {
        guard let instant = passkey.lastUsedAt else { return visit.markup("passkey_never_used") }
        return visit.markup(PageDate(instant, in: visit.texts))
    }

    private var remove: HTML {
        """
        <details class="confirm">
        <summary class="button quiet" data-test="passkey-remove-open">\(visit.markup("passkey_remove"))</summary>
        \(removal.markup(
            "",
            """
            \(FormMarkup.hidden("id", passkey.id))
            <p>\(visit.markup("passkey_remove_text"))</p>
            <button class="button danger" type="submit" data-test="passkey-remove">\
            \(visit.markup("passkey_remove_confirm"))</button>
            """))</details>

        """
    }
}

/// Adding a passkey: by script alone, so the button appears with it, and until then a sentence says so.
struct PasskeyRegistrationMarkup: Sendable {
    let visit: Visit
    let csrf: String
    let optionsAddress: String
    let address: String
    let script: String

    var markup: HTML {
        """
        <div class="panel">
        <p>\(visit.markup("passkey_add_lead"))</p>
        <p class="alert late" data-passkey-message data-unsupported="\(visit.markup("passkey_unsupported"))" \
        data-cancelled="\(visit.markup("passkey_cancelled"))" data-failed="\(visit.markup("passkey_add_failed"))" \
        data-test="passkey-message">\(visit.markup("passkey_missing"))</p>
        <form class="fields" data-passkey-create data-csrf="\(csrf)" data-options="\(optionsAddress)" \
        data-address="\(address)" hidden>
        <div class="field">
        <label for="passkey-name">\(visit.markup("passkey_name"))</label>
        <input id="passkey-name" type="text" maxlength="60" autocomplete="off" dir="auto" \
        aria-describedby="passkey-name-hint">
        <p class="hint" id="passkey-name-hint">\(visit.markup("passkey_name_hint"))</p>
        </div>
        <button class="button" type="submit" data-test="passkey-add">\(visit.markup("passkey_add"))</button>
        </form>
        <script src="\(script)" defer></script>
        </div>

        """
    }
}
