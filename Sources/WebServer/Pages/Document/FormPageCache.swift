import AuthorizationServer
import JOSE
import OAuth
import Synchronization
import WireFormats

/// A page with a form of one interaction.
protocol FormPage: Equatable, Sendable {
    var form: InteractionForm { get set }
}

extension LoginPage: FormPage {}
extension ConsentPage: FormPage {}

/// Pages that differ from one person to the next in nothing but their form, with holes where that stands.
///
/// Most people are asked the same by the same few clients: their pages are put together once.
final class FormPageCache<Page: FormPage>: Sendable {
    /// What a page looks like depends on this and nothing else.
    private struct Key: Equatable {
        /// With holes for its form.
        let page: Page
        let language: String
        let isChosen: Bool
        let redirectScheme: String?
    }

    private static var capacity: Int { 64 }
    private let pages = Mutex<[(key: Key, page: HoledPage)]>([])

    /// - Parameter render: puts a page together for this visit.
    func response(
        for page: Page, visit: Visit, redirectScheme: String?, render: (Page) -> EndpointResponse
    ) -> EndpointResponse {
        var holed = page
        holed.form = HoledPage.holes
        let key = Key(
            page: holed, language: visit.language, isChosen: visit.isChosen, redirectScheme: redirectScheme)
        if let known = pages.withLock({ pages in pages.first { $0.key == key }?.page }) {
            return known.filled(page.form)
        }
        let made = HoledPage(render(holed))
        pages.withLock { pages in
            if pages.count >= Self.capacity { pages.removeAll() }
            pages.append((key, made))
        }
        return made.filled(page.form)
    }
}

/// A page with holes for its form's address and value.
private struct HoledPage: Sendable {
    /// Random, so that nobody who says anything on a page can ask for the form's value there.
    static let holes = InteractionForm(
        ticket: "t" + Base64URL.encode(secureRandomBytes(18)), csrf: "c" + Base64URL.encode(secureRandomBytes(18)))

    private enum Hole {
        case ticket
        case csrf
    }

    private let bare: EndpointResponse
    private let text: HoledText<Hole>

    init(_ rendered: EndpointResponse) {
        bare = EndpointResponse(status: rendered.status, headers: rendered.headers)
        text = HoledText(
            String(decoding: rendered.body, as: UTF8.self),
            marks: [(.ticket, Self.holes.ticket), (.csrf, Self.holes.csrf)])
    }

    /// - Parameter form: of base64url, digits and points, which nothing escapes.
    func filled(_ form: InteractionForm) -> EndpointResponse {
        let (ticket, csrf) = (Array(form.ticket.utf8), Array(form.csrf.utf8))
        var filled = bare
        filled.body = text.filled(reserving: 16 * (ticket.count + csrf.count)) { hole in
            switch hole {
            case .ticket: ticket
            case .csrf: csrf
            }
        }
        return filled
    }
}
