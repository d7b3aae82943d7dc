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
        let face: CredentialCard.Face?
        let state: String
        let step: String
        let statusText: String
        let statusAddress: String
        let refreshAddress: String
        let ways: Ways?
    }

    /// How a wallet gets at the offer.
    private struct Ways: Sendable {
        let link: String
        let linkByValue: String
        let code: QRCode?
        let txCode: String?
        let hasTxCodeElsewhere: Bool
        let command: ShownCommand
        let expires: PageDate
    }

    func response(showing subject: Subject, for visit: Visit) -> EndpointResponse {
        let face = subject.card?.face(for: visit)
        let step = subject.status.step
        let path = "/try/" + subject.offer.id.text
        let title = visit.texts.text(
            "offer_what", ["credential": face?.name ?? "", "person": subject.person.name])
        let content = Content(
            title: title, face: face, state: step.state, step: step.rawValue,
            statusText: subject.status.text(in: visit.texts),
            statusAddress: frames.address.path + "/try-status/" + subject.offer.id.text + visit.query,
            refreshAddress: frames.address.path + path + visit.query,
            ways: step.canBeTakenUp ? ways(to: subject, in: visit.texts) : nil)
        return frames.response(
            PageFrames.Heading(template: "offer", title: title, path: path), for: visit,
            status: step.isOver ? .gone : .ok, content: content)
    }

    private func ways(to subject: Subject, in texts: PageTexts) -> Ways {
        let argument = subject.txCode.map { " --tx-code " + $0 } ?? ""
        return Ways(
            link: subject.byReference, linkByValue: subject.byValue, code: QRCode(subject.byReference),
            txCode: subject.txCode, hasTxCodeElsewhere: subject.txCode == nil && subject.offer.txCodeMAC != nil,
            command: ShownCommand("vouchsafe wallet accept '\(subject.byReference)'" + argument),
            expires: PageDate(subject.offer.expiresAt, in: texts))
    }
}
