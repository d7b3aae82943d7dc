import AuthorizationServer
import OAuth

/// Who asks, in the way in which every page shows it.
struct PartyMarkup: Sendable {
    let party: RequestingParty
    let visit: Visit

    /// With what the operator knows about the name, and the party's own pages.
    var markup: HTML {
        """
        <div class="party">
        \(standing)
        <p class="party-name" data-test="party-name">\(visit.markup(party.name))</p>
        <p class="party-host">\(host)</p>
        \(links)
        </div>

        """
    }

    private var standing: HTML {
        if party.isVerified {
            return "<p class=\"standing checked\" data-test=\"party-verified\">\(visit.markup("party_verified"))</p>"
        }
        return """
            <p class="standing" data-test="party-unverified">\(visit.markup("party_unverified"))</p>
            """
    }

    /// Where the answer goes.
    private var host: HTML {
        guard let host = party.host else {
            return "<span data-test=\"party-host\">\(visit.markup("party_local"))</span>"
        }
        return "\(visit.markup("party_host")) <bdi dir=\"ltr\" data-test=\"party-host\">\(host)</bdi>"
    }

    private var links: HTML {
        let links = [(party.policyURI, "party_policy"), (party.termsURI, "party_terms")].compactMap {
            address, key -> HTML? in
            guard let address, Self.isWebAddress(address) else { return nil }
            return "<a href=\"\(address)\" rel=\"noopener noreferrer\" target=\"_blank\">\(visit.markup(key))</a>\n"
        }
        return links.isEmpty ? "" : "<p class=\"party-links\">\(links)</p>"
    }

    /// What a client has registered could also be a script.
    private static func isWebAddress(_ address: String) -> Bool {
        let start = address.prefix(8).lowercased()
        return start.hasPrefix("https://") || start.hasPrefix("http://")
    }
}
