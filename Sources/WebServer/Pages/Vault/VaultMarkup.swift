import Foundation
import OAuth
import PersonVault

/// The page of a person's vault in one language. What has `data-part` the script takes from a fresh copy of the page
/// after a change; what has `data-needs-open` it shows while the vault is open.
struct VaultMarkup: Sendable {
    let page: VaultPageModel
    let visit: Visit
    let shells: PageShells

    var markup: HTML {
        """
        <div class="wrap account vault-page" data-test="vault-page">
        <div class="account-head">
        <div>
        <h1>\(visit.markup("vault_title"))</h1>
        <p class="lead">\(visit.markup("vault_lead"))</p>
        </div>
        <a class="button quiet" href="\(shells.address(of: "/account", for: visit))">\(visit.markup("vault_back"))</a>
        </div>
        <div class="panel">
        \(VaultGateMarkup(gate: page.gate, visit: visit, shells: shells).markup)</div>
        \(deposits)\(digests)\(ways)\(keys)\(lost)\
        <script type="module" src="\(shells.asset(LandingAssets.vaultPageScript))"></script>
        </div>

        """
    }

    /// Hidden where there is nothing to say yet: after a change there may be.
    private func section(_ name: String, _ title: String, _ content: HTML) -> HTML {
        """
        <section aria-labelledby="\(name)-title" data-part="\(name)"\(content.bytes.isEmpty ? " hidden" : nil)>
        <h2 id="\(name)-title">\(visit.markup(title))</h2>
        \(content)</section>

        """
    }

    // MARK: What markets have said

    private var deposits: HTML {
        guard page.stored != nil || !page.deposits.isEmpty else { return section("deposits", "vault_deposits", "") }
        let none: HTML = "<p class=\"panel none\">\(visit.markup("vault_no_deposits"))</p>\n"
        let items = page.deposits.map(deposit)
        return section(
            "deposits", "vault_deposits",
            """
            <p class="hint">\(visit.markup("vault_deposits_text"))</p>
            \(items.isEmpty ? none : "<ul class=\"items\">\n\(items)</ul>\n")
            """)
    }

    private func deposit(_ deposit: PersonDeposit) -> HTML {
        """
        <li class="panel item" data-test="deposit" data-deposit="\(deposit.id)">
        <div class="item-head">
        <h3>\(visit.markup(deposit.name))</h3>
        <p>\(visit.markup("vault_from")) \(visit.markup(deposit.market))</p>
        </div>
        <dl class="facts-list">
        <div><dt>\(visit.markup("vault_deposited"))</dt>\
        <dd>\(visit.markup(PageDate(deposit.depositedAt, in: visit.texts)))</dd></div>
        <div><dt>\(visit.markup("vault_scope"))</dt><dd><code dir="ltr">\(deposit.scope)</code></dd></div>
        </dl>
        <dl class="values" data-values data-test="deposit-values" tabindex="-1" hidden></dl>
        <p class="alert" role="alert" data-item-message hidden></p>
        <div class="item-actions" data-needs-open hidden>
        <button class="button quiet" type="button" data-show data-test="deposit-open">\
        \(visit.markup("vault_deposit_open"))</button>
        \(confirmation("vault_erase", "vault_erase_text", "vault_erase_confirm", "erase"))</div>
        </li>

        """
    }

    private var digests: HTML {
        guard page.stored != nil || !page.digests.isEmpty else { return section("digests", "vault_digests", "") }
        guard !page.digests.isEmpty else { return section("digests", "vault_digests", nothingHeld) }
        let items = page.digests.map { digest -> HTML in
            let claims = digest.claims.map { claim -> HTML in "<li>\(visit.markup(claim))</li>" }
            return """
                <li class="panel item" data-test="digest">
                <div class="item-head">
                <h3>\(visit.markup(digest.name))</h3>
                <p>\(visit.markup("vault_at")) \(visit.markup(digest.market))</p>
                </div>
                <dl class="facts-list">
                <div><dt>\(visit.markup("vault_digest_claims"))</dt><dd><ul class="claims">\(claims)</ul></dd></div>
                <div><dt>\(visit.markup("vault_digest_since"))</dt>\
                <dd>\(visit.markup(PageDate(digest.pushedAt, in: visit.texts)))</dd></div>
                </dl>
                </li>

                """
        }
        return section(
            "digests", "vault_digests",
            """
            <p class="hint">\(visit.markup("vault_digests_text"))</p>
            <ul class="items">
            \(items)</ul>

            """)
    }

    private var nothingHeld: HTML { "<p class=\"panel none\">\(visit.markup("vault_no_digests"))</p>\n" }

    // MARK: Ways in

    private var ways: HTML {
        guard let stored = page.stored else { return section("ways", "vault_ways", "") }
        let isFew = stored.vault.ways.count <= Vault.minimumWays
        let items = stored.vault.ways.map { way($0, lastUsedAt: stored.uses[$0.id], isNeeded: isFew) }
        let few: HTML = "<p class=\"hint\">\(visit.markup("vault_ways_few"))</p>\n"
        return section(
            "ways", "vault_ways",
            """
            <p class="hint">\(visit.markup("vault_ways_text"))</p>
            <ul class="items">
            \(items)</ul>
            \(isFew ? few : nil)\(VaultNewWayMarkup(visit: visit).markup)
            """)
    }

    private func way(_ way: VaultWay, lastUsedAt: Date?, isNeeded: Bool) -> HTML {
        let used: HTML =
            lastUsedAt.map { visit.markup(PageDate($0, in: visit.texts)) } ?? visit.markup("vault_never_used")
        let remove: HTML = """
            <div class="item-actions" data-needs-open hidden>
            \(confirmation("vault_remove", "vault_remove_text", "vault_remove_confirm", "remove"))</div>
            <p class="alert" role="alert" data-item-message hidden></p>

            """
        return """
            <li class="panel item" data-test="vault-way" data-way-id="\(way.id.text)" data-kind="\(way.kind.name)">
            <div class="item-head">
            <h3><bdi>\(way.name)</bdi></h3>
            <p class="tag">\(visit.markup("vault_kind_" + way.kind.name))</p>
            </div>
            <dl class="facts-list">
            <div><dt>\(visit.markup("vault_added"))</dt>\
            <dd>\(visit.markup(PageDate(way.addedAt, in: visit.texts)))</dd></div>
            <div><dt>\(visit.markup("vault_last_used"))</dt><dd>\(used)</dd></div>
            </dl>
            \(isNeeded ? nil : remove)</li>

            """
    }

    /// The second step, so that nothing is done by a slip.
    private func confirmation(_ key: String, _ text: String, _ button: String, _ action: String) -> HTML {
        """
        <details class="confirm">
        <summary class="button quiet" data-test="vault-\(action)-open">\(visit.markup(key))</summary>
        <form data-action="\(action)">
        <p>\(visit.markup(text))</p>
        <button class="button danger" type="submit" data-test="vault-\(action)">\(visit.markup(button))</button>
        </form>
        </details>

        """
    }

    // MARK: Keys

    private var keys: HTML {
        guard let stored = page.stored else { return section("keys", "vault_keys", "") }
        let generations = stored.vault.generations.enumerated().reversed().map { index, generation -> HTML in
            let isCurrent = index == stored.vault.generations.count - 1
            return """
                <li class="panel item" data-test="vault-key">
                <div class="item-head">
                <h3>\(visit.markup(isCurrent ? "vault_key_current" : "vault_key_earlier"))</h3>
                <p>\(visit.markup(PageDate(generation.madeAt, in: visit.texts)))</p>
                </div>
                <dl class="facts-list">
                <div><dt>\(visit.markup("vault_key_signing"))</dt>\
                <dd><code class="key-id" dir="ltr">\(generation.keys.signingID)</code></dd></div>
                <div><dt>\(visit.markup("vault_key_encryption"))</dt>\
                <dd><code class="key-id" dir="ltr">\(generation.keys.encryptionID)</code></dd></div>
                </dl>
                </li>

                """
        }
        return section(
            "keys", "vault_keys",
            """
            <p class="hint">\(visit.markup("vault_keys_text"))</p>
            <ul class="items">
            \(Array(generations))</ul>
            <div class="item" data-needs-open hidden>
            \(confirmation("vault_rotate", "vault_rotate_text", "vault_rotate_confirm", "rotate"))\
            <p class="alert" role="alert" data-item-message hidden></p>
            </div>

            """)
    }

    // MARK: In plain words

    private var lost: HTML {
        let rows = ["one", "all", "device", "server"].map { name -> HTML in
            """
            <div><dt>\(visit.markup("vault_lost_\(name)"))</dt><dd>\(visit.markup("vault_lost_\(name)_text"))</dd></div>

            """
        }
        return """
            <section aria-labelledby="lost-title">
            <h2 id="lost-title">\(visit.markup("vault_lost"))</h2>
            <dl class="panel lost">
            \(rows)</dl>
            </section>

            """
    }
}

/// One more way in.
struct VaultNewWayMarkup: Sendable {
    let visit: Visit

    var markup: HTML {
        """
        <div class="panel" data-needs-open data-add-way hidden>
        <h3>\(visit.markup("vault_add"))</h3>
        <div class="field">
        <label for="vault-way-name">\(visit.markup("vault_way_name"))</label>
        <input id="vault-way-name" type="text" maxlength="60" autocomplete="off" dir="auto" data-way-name \
        data-test="vault-way-name" aria-describedby="vault-way-name-hint">
        <p class="hint" id="vault-way-name-hint">\(visit.markup("vault_way_name_hint"))</p>
        </div>
        <p class="alert" role="alert" data-item-message hidden></p>
        <form class="way" data-action="add-passkey">
        <h4>\(visit.markup("vault_kind_passkey"))</h4>
        <button class="button quiet" type="submit" data-test="vault-add-passkey">\
        \(visit.markup("vault_add_passkey"))</button>
        </form>
        <form class="way" data-action="add-password">
        <h4>\(visit.markup("vault_kind_password"))</h4>
        <div class="field">
        <label for="vault-more-password">\(visit.markup("vault_password"))</label>
        <input id="vault-more-password" type="password" autocomplete="new-password" maxlength="200" \
        aria-describedby="vault-more-password-hint" data-test="vault-more-password">
        <p class="hint" id="vault-more-password-hint">\(visit.markup("vault_password_hint"))</p>
        </div>
        <button class="button quiet" type="submit" data-test="vault-add-password">\
        \(visit.markup("vault_add_password"))</button>
        </form>
        <form class="way" data-action="add-recovery">
        <h4>\(visit.markup("vault_kind_recovery"))</h4>
        <p>\(visit.markup("vault_code_text"))</p>
        <div data-new-code hidden>
        <p class="code-shown" dir="ltr" data-code data-test="vault-more-code"></p>
        <button class="button quiet" type="button" data-download data-test="vault-more-code-download">\
        \(visit.markup("vault_code_download"))</button>
        <div class="field">
        <label for="vault-more-code">\(visit.markup("vault_code_typed"))</label>
        <input id="vault-more-code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" \
        dir="ltr" maxlength="200" aria-describedby="vault-more-code-hint" data-test="vault-more-code-typed">
        <p class="hint" id="vault-more-code-hint">\(visit.markup("vault_code_typed_hint"))</p>
        </div>
        </div>
        <button class="button quiet" type="submit" data-test="vault-add-recovery">\
        \(visit.markup("vault_add_recovery"))</button>
        </form>
        </div>

        """
    }
}
