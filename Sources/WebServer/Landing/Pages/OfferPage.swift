import CredentialIssuer
import HTTPTypes
import OAuth
import OpenID4VCI

/// `GET /try/{id}`: an offer as code, link and command, and what has become of it.
struct OfferPage: Sendable {
    let frames: PageFrames

    /// What is shown.
    struct Subject: Sendable {
        let offer: StoredOffer
        let status: OfferStatus
        let person: TryOutPerson
        let card: CredentialCard?
        let byReference: String
        let byValue: String
        /// Nil if none is asked for, or if this browser did not make the offer.
        let txCode: String?
    }

    private struct Content: Sendable {
        let title: String
        let what: String
        let face: CredentialCard.Face?
        let state: String
        let stateText: String
        let statusAddress: String
        let refreshAddress: String
        let ways: Ways?
        let isOver: Bool
    }

    /// How a wallet gets at the offer.
    private struct Ways: Sendable {
        let link: String
        let linkByValue: String
        let code: QRCode?
        let txCode: String?
        let hasTxCodeElsewhere: Bool
        let command: String
        let expires: PageDate
    }

    func response(showing subject: Subject, for visit: Visit) -> EndpointResponse {
        let face = subject.card?.face(for: visit)
        let state = subject.status.state
        let path = "/try/" + subject.offer.id.text
        let title = visit.texts[state.isOver ? "offer_over_title" : "offer_title"]
        let what = visit.texts.text(
            "offer_what", ["credential": face?.name ?? "", "person": subject.person.name])
        let content = Content(
            title: title, what: what, face: face, state: state.rawValue,
            stateText: subject.status.text(in: visit.texts),
            statusAddress: frames.address.path + "/try-status/" + subject.offer.id.text + visit.query,
            refreshAddress: frames.address.path + path + visit.query,
            ways: state.canBeTakenUp ? ways(to: subject, in: visit.texts) : nil, isOver: state.isOver)
        return frames.response(
            PageFrames.Heading(template: "offer", title: title + " · " + what, path: path), for: visit,
            status: state.isOver ? .gone : .ok, content: content)
    }

    private func ways(to subject: Subject, in texts: PageTexts) -> Ways {
        let argument = subject.txCode.map { " --tx-code " + $0 } ?? ""
        return Ways(
            link: subject.byReference, linkByValue: subject.byValue, code: QRCode(subject.byReference),
            txCode: subject.txCode, hasTxCodeElsewhere: subject.txCode == nil && subject.offer.txCodeMAC != nil,
            command: "vouchsafe wallet accept '\(subject.byReference)'" + argument,
            expires: PageDate(subject.offer.expiresAt, in: texts))
    }
}
