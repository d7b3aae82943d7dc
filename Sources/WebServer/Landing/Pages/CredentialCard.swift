import CredentialIssuer

/// A credential configuration as pages show it.
struct CredentialCard: Sendable {
    let configuration: CredentialConfiguration
    /// Among all configurations; names the card in style sheets, where an identifier might not be a name.
    let position: Int

    func styleClass(ofDisplay index: Int) -> String { "card-\(position)-\(index)" }

    /// What templates see of it in one language.
    struct Face: Sendable {
        let id: String
        let name: String
        /// The language that the name is in.
        let language: String?
        let description: String?
        let styleClass: String
        let logo: String?
        let format: String
        let choice: String
        let claims: [String]
        /// The form with this credential chosen; nil if there is no form.
        let tryAddress: String?
    }

    func face(for visit: Visit, tryAddress: String? = nil) -> Face {
        let indexed = Array(configuration.display.enumerated())
        let best = visit.best(of: indexed) { $0.element.locale }
        let display = best?.element
        let isSelective = configuration.claims.contains(where: \.holdsWhatCanBeWithheld)
        return Face(
            id: configuration.id, name: display?.name ?? configuration.id, language: display?.locale,
            description: display?.description, styleClass: best.map { styleClass(ofDisplay: $0.offset) } ?? "",
            // The content security policy loads no picture from elsewhere.
            logo: display?.logoURI.flatMap { $0.hasPrefix("data:image/") ? $0 : nil },
            format: configuration.format.shownName,
            choice: visit.texts[isSelective ? "card_selective" : "card_whole"],
            claims: configuration.claims.map { $0.shownName(for: visit) }, tryAddress: tryAddress)
    }
}

extension CredentialConfiguration.Format {
    fileprivate var shownName: String {
        switch self {
        case .sdJWTVC: "SD-JWT VC"
        case .jwtVCJSON: "W3C VC · JWT"
        case .jwtVCJSONLD: "W3C VC · JSON-LD"
        }
    }
}

extension ClaimRule {
    fileprivate var holdsWhatCanBeWithheld: Bool {
        if isSelectivelyDisclosable { return true }
        switch kind {
        case .nested(let rules): return rules.contains(where: \.holdsWhatCanBeWithheld)
        case .array(_, let elementsAreSelectivelyDisclosable): return elementsAreSelectivelyDisclosable
        default: return false
        }
    }

    /// The claim's name, with the names of what is inside it.
    fileprivate func shownName(for visit: Visit) -> String {
        let own = visit.best(of: display, locale: \.locale)?.name ?? name
        guard case .nested(let rules) = kind else { return own }
        let inner = rules.map { $0.shownName(for: visit) }.joined(separator: visit.texts["list_separator"])
        return visit.texts.text("claim_group", ["name": own, "claims": inner])
    }
}
