import Foundation

/// What became of a delivery, in one language.
struct PortalDoneMarkup: Sendable {
    let page: PortalDonePage
    let visit: Visit
    let shells: PageShells

    var title: String {
        switch page.outcome {
        case .offer: visit.texts["portal_offer_title"]
        case .mailed: visit.texts["portal_mailed_title"]
        case .forgotten: visit.texts["portal_done_title"]
        }
    }

    var markup: HTML {
        """
        <div class="wrap narrow wide" data-test="portal-done">
        <div class="panel">
        <h1>\(title)</h1>
        \(outcome)</div>
        <p class="portal-next">\(next)</p>
        \(page.csrf.map { PortalFinishMarkup(csrf: $0, visit: visit, shells: shells).markup })
        </div>

        """
    }

    private var outcome: HTML {
        switch page.outcome {
        case .offer(let offer, let expiresAt): return self.offer(offer, expiresAt: expiresAt)
        case .mailed(let recipient):
            return "<p class=\"lead\">\(visit.markup("portal_mailed_text", ["address": recipient]))</p>\n"
        case .forgotten: return "<p class=\"lead\">\(visit.markup("portal_done_text"))</p>\n"
        }
    }

    private func offer(_ offer: PortalOffer, expiresAt: Date) -> HTML {
        """
        <p class="lead">\(visit.markup(page.credential.name))</p>
        <div class="scan">
        <p>\(visit.markup("offer_scan"))</p>
        \(QRCode(offer.link).map { $0.markup(label: visit.texts["offer_qr"]) })\
        <p class="open"><a class="button" href="\(offer.link)" data-test="portal-offer-link">\
        \(visit.markup("offer_open"))</a></p>
        <p class="until">\(visit.markup("offer_until")) \(visit.markup(PageDate(expiresAt, in: visit.texts)))</p>
        \(offer.txCode.map(txCode))</div>

        """
    }

    private func txCode(_ code: String) -> HTML {
        """
        <div class="tx-code">
        <h2>\(visit.markup("tx_code_title"))</h2>
        <p><bdi dir="ltr"><code class="digits" data-test="tx-code">\(code)</code></bdi></p>
        <p>\(visit.markup("tx_code_hint"))</p>
        </div>

        """
    }

    private var next: HTML {
        let again: HTML = """
            <a class="button quiet" href="\(shells.address(of: "/portal", for: visit))">\
            \(visit.markup("portal_again"))</a>
            """
        if page.outcome == .forgotten { return again }
        return """
            <a class="button quiet" href="\(shells.address(of: "/portal/credential", for: visit))" \
            data-test="portal-more">\(visit.markup("portal_more"))</a> \(again)
            """
    }
}

extension QRCode {
    func markup(label: String) -> HTML {
        """
        <svg class="qr" role="img" aria-label="\(label)" viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges" \
        data-test="qr"><rect width="\(side)" height="\(side)" fill="#fff"/><path fill="#000" d="\(path)"/></svg>

        """
    }
}
