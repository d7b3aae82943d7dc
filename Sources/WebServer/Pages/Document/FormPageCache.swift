import AuthorizationServer
import JOSE
import OAuth
import Synchronization
import WireFormats

/// Pages that differ from one person to the next in nothing but their form, with holes where that stands.
///
/// Most people are asked the same by the same few clients: their pages are put together once.
final class FormPageCache<Page: Equatable & Sendable>: Sendable {
    /// What a page looks like depends on this and nothing else.
    struct Key: Equatable, Sendable {
        /// Without its form.
        let page: Page
        let language: String
        let isChosen: Bool
        let redirectScheme: String?
    }

    private static var capacity: Int { 64 }
    private let pages = Mutex<[(key: Key, page: FormPage)]>([])

    /// - Parameter render: makes the page with the form that it is given.
    func response(
        for key: Key, form: InteractionForm, render: (InteractionForm) -> EndpointResponse
    ) -> EndpointResponse {
        if let known = pages.withLock({ pages in pages.first { $0.key == key }?.page }) {
            return known.filled(form)
        }
        let page = FormPage(render(FormPage.holes))
        pages.withLock { pages in
            if pages.count >= Self.capacity { pages.removeAll() }
            pages.append((key, page))
        }
        return page.filled(form)
    }
}

/// A page with holes for its form's address and value.
private struct FormPage: Sendable {
    /// Random, so that nobody who says anything on a page can ask for the form's value there.
    static let holes = InteractionForm(
        ticket: "t" + Base64URL.encode(secureRandomBytes(18)), csrf: "c" + Base64URL.encode(secureRandomBytes(18)))

    private enum Part {
        case bytes([UInt8])
        case ticket
        case csrf
    }

    private let response: EndpointResponse
    private let parts: [Part]

    init(_ rendered: EndpointResponse) {
        var text = String(decoding: rendered.body, as: UTF8.self)[...]
        var parts: [Part] = []
        while let (range, hole) = Self.firstHole(in: text) {
            parts += [.bytes(Array(text[..<range.lowerBound].utf8)), hole]
            text = text[range.upperBound...]
        }
        self.parts = parts + [.bytes(Array(text.utf8))]
        response = EndpointResponse(status: rendered.status, headers: rendered.headers, body: rendered.body)
    }

    /// - Parameter form: of base64url, digits and points, which nothing escapes.
    func filled(_ form: InteractionForm) -> EndpointResponse {
        var filled = response
        filled.body.removeAll(keepingCapacity: false)
        filled.body.reserveCapacity(response.body.count + 32 * parts.count)
        for part in parts {
            switch part {
            case .bytes(let bytes): filled.body += bytes
            case .ticket: filled.body += form.ticket.utf8
            case .csrf: filled.body += form.csrf.utf8
            }
        }
        return filled
    }

    private static func firstHole(in text: Substring) -> (Range<Substring.Index>, Part)? {
        let found: [(Range<Substring.Index>, Part)] = [(holes.ticket, Part.ticket), (holes.csrf, Part.csrf)]
            .compactMap { mark, part in text.firstRange(of: mark).map { ($0, part) } }
        return found.min { $0.0.lowerBound < $1.0.lowerBound }
    }
}
