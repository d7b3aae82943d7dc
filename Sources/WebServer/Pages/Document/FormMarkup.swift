/// The forms of pages, all of which are posted with the value that shows that the page was ours.
struct FormMarkup: Sendable {
    let action: String
    let csrf: String

    /// - Parameter attributes: begin with a space, as in every place for attributes.
    func markup(_ attributes: HTML = "", _ content: HTML) -> HTML {
        """
        <form method="post" action="\(action)"\(attributes)>
        \(Self.hidden("csrf", csrf))
        \(content)
        </form>

        """
    }

    static func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }
}

/// What a form carries without showing it.
struct HiddenField: Sendable, Equatable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// Says what went wrong.
enum AlertMarkup {
    /// Identifies the alert for `aria-describedby`.
    static let id = "problem"

    /// Has the focus when the page has loaded, without a script.
    static func problem(_ text: String) -> HTML {
        """
        <p class="alert" id="\(id)" role="alert" tabindex="-1" autofocus data-test="problem">\(text)</p>

        """
    }
}
