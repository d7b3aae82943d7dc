import HTTPTypes
import OAuth
import Synchronization

/// Whole pages around markup: the layout's template is rendered once for every language, when it is first needed.
struct PageShells: Sendable {
    let frames: PageFrames
    private let rendered = RenderedShells()

    init(frames: PageFrames) {
        self.frames = frames
    }

    func response(with document: PageDocument, for visit: Visit) -> EndpointResponse {
        let key = RenderedShells.Key(header: document.header, language: visit.language, isChosen: visit.isChosen)
        let shell = rendered.shell(key) { PageShell(template: frames.shell(document.header, for: visit)) }
        return EndpointResponse(
            status: document.status, headers: document.policy.headers(language: visit.language),
            body: shell.filled(title: document.title, path: document.path ?? "/", content: document.content))
    }

    /// Where something of ours is: `path` below the public address.
    func address(of path: String, for visit: Visit) -> String { frames.address.path + path + visit.query }

    func asset(_ name: String) -> String { frames.address.path + frames.assets.path(of: name) }
}

/// The shells there are so far.
private final class RenderedShells: Sendable {
    struct Key: Hashable {
        let header: PageHeader
        let language: String
        let isChosen: Bool
    }

    private let shells = Mutex<[Key: PageShell]>([:])

    func shell(_ key: Key, render: () -> PageShell) -> PageShell {
        if let known = shells.withLock({ $0[key] }) { return known }
        let shell = render()
        shells.withLock { $0[key] = shell }
        return shell
    }
}

/// A page as it will be sent.
struct PageDocument: Sendable {
    let title: String
    var header = PageHeader.site
    /// Below the public address: where the page is found in another language; nil if it cannot be asked for again.
    var path: String?
    var policy = PagePolicy()
    var status = HTTPResponse.Status.ok
    let content: HTML
}

/// What stands above a page.
enum PageHeader: Sendable, Hashable, CaseIterable {
    case site
    /// As ``site``, to somebody who is logged in.
    case account
    /// Nothing leads away from what the person is in the middle of.
    case step
    /// As ``step``, where the page cannot be had in another language.
    case fixedStep
}

/// A page with holes, in UTF-8.
struct PageShell: Sendable {
    enum Hole: CaseIterable, Sendable {
        case title
        case path
        case content

        /// What stands for it in the template. In private use characters, which no text of ours has.
        var mark: String {
            switch self {
            case .title: "\u{F0000}title\u{F0000}"
            case .path: "\u{F0000}path\u{F0000}"
            case .content: "\u{F0000}content\u{F0000}"
            }
        }
    }

    private let text: HoledText<Hole>

    init(template: String) {
        text = HoledText(template, marks: Hole.allCases.map { ($0, $0.mark) })
    }

    func filled(title: String, path: String, content: HTML) -> [UInt8] {
        let (title, path) = (("\(title)" as HTML).bytes, ("\(path)" as HTML).bytes)
        return text.filled(reserving: content.bytes.count + title.count + 8 * path.count) { hole in
            switch hole {
            case .title: title
            case .path: path
            case .content: content.bytes
            }
        }
    }
}
