import Portal

/// The letter that a credential is mailed with, in one language.
struct PortalLetterText: Sendable {
    let held: HeldCredential
    let visit: Visit

    /// With the credential, and as a PDF if that can be made. Never with a private key: mail is read on its way.
    func letter(to recipient: RegisteredAddress, _ pages: SitePages) -> PortalLetter {
        let pdf = PortalPaper(held, for: visit)?.pdf(pages)
        return PortalLetter(
            recipient: recipient, subject: Self.line(visit.plain(held.described.name)), text: text(hasPDF: pdf != nil),
            enclosures: [held.textFile] + [pdf].compactMap { $0 })
    }

    private func text(hasPDF: Bool) -> String {
        let names = [
            "credential": Self.line(visit.plain(held.described.name)),
            "issuer": Self.line(visit.plain(held.described.issuer)),
        ]
        var paragraphs = [visit.texts.text("mail_text", names)]
        if hasPDF { paragraphs.append(visit.texts["mail_pdf"]) }
        if held.credential.holderKey != nil { paragraphs.append(visit.texts["mail_bound"]) }
        paragraphs.append(visit.texts.text("mail_unasked", names))
        return paragraphs.joined(separator: "\n\n") + "\n"
    }

    /// The issuer's name for something as one line of moderate length: it also goes into the header of the letter.
    private static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(100).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: Character(" ")
            default: Character(scalar)
            }
        }
        return String(scalars)
    }
}
