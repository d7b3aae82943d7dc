import CredentialIssuer
import OAuth
import WireFormats

/// The form of the landing page, as it was sent.
struct TryOutOrder: Sendable {
    let person: TryOutPerson
    let credential: CredentialCard
    let wantsTxCode: Bool

    /// Only people who may be tried with are found, whoever else is in the registry.
    init(decoding request: EndpointRequest, people: [TryOutPerson], cards: [CredentialCard]) throws(PageProblem) {
        guard request.hasContentType("application/x-www-form-urlencoded"),
            let form = try? FormParameters(parsing: request.body)
        else { throw .notAForm }
        guard let person = people.first(where: { $0.id == form["person"] }) else { throw .unknownPerson }
        guard let credential = cards.first(where: { $0.configuration.id == form["credential"] }) else {
            throw .unknownCredential
        }
        self.person = person
        self.credential = credential
        wantsTxCode = form["use_tx_code"] != nil
    }
}
