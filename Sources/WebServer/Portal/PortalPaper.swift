import Foundation
import OAuth
import Portal
import PrintedCredential
import WireFormats

/// A credential in hand for the printer: as a page of the browser, or as a PDF.
struct PortalPaper: Sendable {
    let held: HeldCredential
    let paper: PaperCredential
    let visit: Visit

    /// Nil if the credential fits no QR code.
    init?(_ held: HeldCredential, for visit: Visit) {
        guard let paper = PaperCredential(held.credential) else { return nil }
        (self.held, self.paper, self.visit) = (held, paper, visit)
    }

    var page: PortalPrintPage {
        PortalPrintPage(
            credential: PortalCredential(held.described), claims: list.claims(of: held.credential.claims),
            issuedAt: held.credential.issuedAt ?? held.receivedAt, validUntil: held.credential.expiresAt,
            codes: [paper.text], omitted: omitted)
    }

    private var list: PortalClaimList { PortalClaimList(names: held.described.claims, texts: visit.texts) }
    private var omitted: [LocalizedText] { paper.omitted.map(list.label) }
}

/// The PDF, whose only font has no more than the letters of western Europe.
extension PortalPaper {
    /// Of the code, in millimetres: the largest that leaves room for the rest is taken.
    private static let sides = [120, 100, 85, 70, 60]

    /// In the visitor's language, or else in English.
    ///
    /// Nil if there would be letters that it cannot show, or the page would be too full.
    func pdf(_ pages: SitePages) -> DeliveredFile? {
        let english = pages.frames.languages.all.filter { $0.language == "en" }
        let bytes = ([visit.texts] + english).lazy.compactMap(pdf(in:)).first
        return bytes.map {
            DeliveredFile(name: held.fileName + ".pdf", mediaType: "application/pdf", bytes: $0)
        }
    }

    private func pdf(in texts: PageTexts) -> [UInt8]? {
        let inLanguage = Visit(texts: texts, isChosen: visit.isChosen)
        guard let paper = PortalPaper(held, for: inLanguage) else { return nil }
        for side in Self.sides {
            let code = PrintedCode(paper.paper.text, caption: texts["print_codes"], side: side)
            guard let code else { return nil }
            let page = try? PrintedPage(
                title: inLanguage.plain(held.described.name), language: texts.language, lines: paper.lines(code))
            guard let document = page.flatMap({ try? PDFDocument(page: $0) }) else { continue }
            return document.replacedCharacterCount == 0 ? document.bytes : nil
        }
        return nil
    }

    private func lines(_ code: PrintedCode) -> [PrintedLine] {
        let page = page
        var lines: [PrintedLine] = [
            .heading(visit.plain(page.credential.name)),
            .row(label: visit.texts["consent_issuer"], value: visit.plain(page.credential.issuer)),
        ]
        lines += rows(page.claims, under: [])
        lines.append(.row(label: visit.texts["print_issued"], value: date(page.issuedAt)))
        if let until = page.validUntil {
            lines.append(.row(label: visit.texts["print_valid_until"], value: date(until)))
        }
        lines.append(.codes([code]))
        // Pictures are not on this paper either.
        let omitted = paper.omitted.filter { !held.credential.claims.hasPicture(at: $0[...]) }
        if !omitted.isEmpty {
            let names = omitted.map { visit.plain(list.label(of: $0)) }
                .joined(separator: visit.texts["list_separator"])
            lines.append(.smallPrint(Self.withoutIsolates(visit.texts.text("print_omitted", ["claims": names]))))
        }
        return lines
    }

    private func rows(_ claims: [PortalClaim], under labels: [String]) -> [PrintedLine] {
        claims.flatMap { claim -> [PrintedLine] in
            let path = labels + [visit.plain(claim.label)]
            switch claim.value {
            case .text(let text): return [.row(label: path.joined(separator: ": "), value: text)]
            case .group(let inner): return rows(inner, under: path)
            case .image: return []
            }
        }
    }

    private func date(_ date: Date) -> String { Self.withoutIsolates(PageDate(date, in: visit.texts).text) }

    /// The characters that set values apart in texts of either direction mean nothing to a PDF.
    private static func withoutIsolates(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{2068}" && $0 != "\u{2069}" }))
    }
}

extension JSONObject {
    /// Whether the claim at `path` is a picture.
    fileprivate func hasPicture(at path: ArraySlice<String>) -> Bool {
        guard let name = path.first, let value = self[name] else { return false }
        if let inner = value.object { return inner.hasPicture(at: path.dropFirst()) }
        return path.count == 1 && value.string?.hasPrefix("data:image/") == true
    }
}
