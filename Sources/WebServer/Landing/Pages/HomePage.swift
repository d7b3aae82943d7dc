import CredentialIssuer
import OAuth
import WireFormats

/// `GET /`: who issues here, what can be had, and the form to try it.
struct HomePage: Sendable {
    let frames: PageFrames
    let cards: [CredentialCard]
    let people: [TryOutPerson]

    private struct Content: Sendable {
        let title: String
        let lead: String
        let cards: [CredentialCard.Face]
        let tryOut: Form?
        let howOffersAreMade: HowOffersAreMade?
    }

    private struct Form: Sendable {
        let people: [Choice]
        let credentials: [CredentialChoice]
    }

    private struct Choice: Sendable {
        let id: String
        let name: String
        let isChecked: Bool
    }

    private struct CredentialChoice: Sendable {
        let face: CredentialCard.Face
        let isChecked: Bool
    }

    private struct HowOffersAreMade: Sendable {
        let command: ShownCommand
    }

    func response(for visit: Visit, query: Substring) -> EndpointResponse {
        let isOpen = !people.isEmpty && !cards.isEmpty
        let faces = cards.map { $0.face(for: visit, tryAddress: isOpen ? tryAddress(of: $0, for: visit) : nil) }
        let title = visit.texts.text("home_title", ["issuer": frames.issuerName(for: visit)])
        let content = Content(
            title: title, lead: frames.issuerDisplay(for: visit)?.description ?? visit.texts["home_lead"], cards: faces,
            tryOut: isOpen ? form(faces, chosen: Self.chosenCredential(query)) : nil,
            howOffersAreMade: isOpen ? nil : HowOffersAreMade(command: command))
        return frames.response(
            PageFrames.Heading(template: "home", title: title, path: "/"), for: visit, content: content)
    }

    private func form(_ faces: [CredentialCard.Face], chosen: String?) -> Form {
        let checked = faces.contains { $0.id == chosen } ? chosen : faces.first?.id
        return Form(
            people: people.map { Choice(id: $0.id, name: $0.name, isChecked: $0 == people.first) },
            credentials: faces.map { CredentialChoice(face: $0, isChecked: $0.id == checked) })
    }

    private func tryAddress(of card: CredentialCard, for visit: Visit) -> String {
        let parameter = FormParameters.encode(["credential": card.configuration.id])
        return frames.address.path + "/" + (visit.isChosen ? visit.query + "&" : "?") + parameter + "#try"
    }

    private var command: ShownCommand {
        ShownCommand("vouchsafe offer create --credential \(cards.first?.configuration.id ?? "ID") --subject ID")
    }

    private static func chosenCredential(_ query: Substring) -> String? {
        (try? FormParameters(parsing: query))?["credential"]
    }
}
