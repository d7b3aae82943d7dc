/// A credential as a card, in its issuer's colour.
struct PortalCardMarkup: Sendable {
    let credential: PortalCredential
    let visit: Visit

    var markup: HTML {
        """
        <div class="face painted \(isDark ? "on-dark" : "on-light")">\(ground)
        <p class="face-issuer"><span>\(visit.markup(credential.issuer))</span></p>
        <p class="face-name">\(visit.markup(credential.name))</p>
        </div>

        """
    }

    /// The colour is an attribute of a picture, which the content security policy allows, unlike `style`.
    private var ground: HTML {
        guard let color else { return "" }
        return """
            <svg class="ground" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">\
            <rect width="1" height="1" fill="\(color.text)"/></svg>
            """
    }

    private var color: HexColor? { HexColor(credential.backgroundColor) }

    /// The style sheet's own colour is dark.
    private var isDark: Bool { color.map { $0.mostLegible.luminance > $0.luminance } ?? true }
}

/// The claims of a credential with their values.
struct PortalClaimsMarkup: Sendable {
    let claims: [PortalClaim]
    let visit: Visit

    var markup: HTML {
        """
        <table class="claims-table">
        <tbody>
        \(claims.map(row))</tbody>
        </table>

        """
    }

    private func row(_ claim: PortalClaim) -> HTML {
        """
        <tr><th scope="row">\(visit.markup(claim.label))</th><td>\(value(claim.value))</td></tr>

        """
    }

    private func value(_ value: PortalClaim.Value) -> HTML {
        switch value {
        case .text(let text): return "<bdi>\(text)</bdi>"
        case .image(let address):
            guard address.hasPrefix("data:image/") else { return "" }
            return "<img class=\"portrait\" src=\"\(address)\" alt=\"\">"
        case .group(let claims):
            let rows = claims.map { claim -> HTML in
                "<div><dt>\(visit.markup(claim.label))</dt><dd>\(self.value(claim.value))</dd></div>"
            }
            return "<dl class=\"group\">\(rows)</dl>"
        }
    }
}
