/// A credential for the printer, in one language.
struct PortalPrintMarkup: Sendable {
    let page: PortalPrintPage
    let visit: Visit
    let back: String

    var markup: HTML {
        """
        <div class="wrap print" data-test="portal-print">
        <div class="print-bar">
        <p>\(visit.markup("print_hint"))</p>
        <p><button class="button" type="button" data-print hidden>\(visit.markup("print_button"))</button> \
        <a class="button quiet" href="\(back)">\(visit.markup("portal_more"))</a></p>
        </div>
        <article class="paper">
        <header>
        <p class="paper-issuer">\(visit.markup(page.credential.issuer))</p>
        <h1>\(visit.markup(page.credential.name))</h1>
        </header>
        \(PortalClaimsMarkup(claims: page.claims, visit: visit).markup)\(dates)\(codes)</article>
        </div>

        """
    }

    private var dates: HTML {
        let issued = PageDate(page.issuedAt, in: visit.texts)
        let until = page.validUntil.map { date -> HTML in
            """
            <div><dt>\(visit.markup("print_valid_until"))</dt>\
            <dd>\(visit.markup(PageDate(date, in: visit.texts)))</dd></div>

            """
        }
        return """
            <dl class="facts-list">
            <div><dt>\(visit.markup("print_issued"))</dt><dd>\(visit.markup(issued))</dd></div>
            \(until)</dl>

            """
    }

    private var omitted: HTML {
        guard !page.omitted.isEmpty else { return "" }
        let names = page.omitted.map(visit.plain).joined(separator: visit.texts["list_separator"])
        return """
            <p class="hint" data-test="portal-omitted">\(visit.markup("print_omitted", ["claims": names]))</p>

            """
    }

    private var codes: HTML {
        guard !page.codes.isEmpty else { return "" }
        let figures = page.codes.enumerated().map { index, text -> HTML in
            let values = ["number": index + 1, "count": page.codes.count]
            let label = visit.texts.text("print_code", values)
            return """
                <figure>
                \(QRCode(text).map { $0.markup(label: label) })<figcaption>\(label)</figcaption>
                </figure>

                """
        }
        return """
            <section class="paper-codes" aria-labelledby="codes-title">
            <h2 id="codes-title">\(visit.markup("print_codes"))</h2>
            <p class="hint">\(visit.markup("print_codes_text"))</p>
            \(omitted)\
            <div class="code-grid">
            \(figures)</div>
            </section>

            """
    }
}
