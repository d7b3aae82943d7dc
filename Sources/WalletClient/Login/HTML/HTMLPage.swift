/// What somebody without eyes needs of a page: its forms, and what its marked elements say.
struct HTMLPage {
    private(set) var forms: [HTMLForm] = []
    /// Elements with a `data-test`, in their order.
    private(set) var marks: [Mark] = []

    struct Mark {
        let name: String
        let attributes: [String: String]
        /// The text inside, with single spaces; what is very long is cut.
        fileprivate(set) var text = ""
    }

    func form(_ name: String) -> HTMLForm? { forms.first { $0.attributes["data-test"] == name } }
    func mark(_ name: String) -> Mark? { marks.first { $0.name == name } }

    init(parsing page: [UInt8]) {
        var builder = HTMLPageBuilder()
        for token in HTMLToken.tokens(of: page) { builder.take(token) }
        (forms, marks) = (builder.forms.map(\.form), builder.marks)
    }
}

/// A form with its controls.
struct HTMLForm {
    let attributes: [String: String]
    fileprivate(set) var controls: [Control] = []

    struct Control {
        let tag: String
        let attributes: [String: String]

        var name: String { attributes["name"] ?? "" }
        var value: String { attributes["value"] ?? (isTicked == nil ? "" : "on") }
        var test: String? { attributes["data-test"] }

        private var type: String { attributes["type"]?.lowercased() ?? (tag == "button" ? "submit" : "text") }

        var isHidden: Bool { tag == "input" && type == "hidden" }
        var isButton: Bool { tag == "button" && type == "submit" || tag == "input" && type == "submit" }
        /// What a person types into.
        var isTyped: Bool {
            tag == "input" && !["hidden", "submit", "button", "reset", "image", "checkbox", "radio"].contains(type)
        }
        var isCheckbox: Bool { tag == "input" && type == "checkbox" }
        var isRadio: Bool { tag == "input" && type == "radio" }
        /// Nil for what cannot be ticked.
        var isTicked: Bool? { isCheckbox || isRadio ? attributes["checked"] != nil : nil }
        var isDisabled: Bool { attributes["disabled"] != nil }
    }

    /// Where it is sent; the page's own address if empty.
    var action: String { attributes["action"] ?? "" }
    var isPost: Bool { attributes["method"]?.lowercased() == "post" }
    var hidden: [Control] { controls.filter { $0.isHidden && !$0.isDisabled } }
    var typed: [Control] { controls.filter { $0.isTyped && !$0.isDisabled && !$0.name.isEmpty } }

    /// The button that is marked so, or has this value.
    func button(_ test: String, value: String) -> Control? {
        let buttons = controls.filter { $0.isButton && !$0.isDisabled }
        return buttons.first { $0.test == test } ?? buttons.first { $0.name == "action" && $0.value == value }
    }
}

/// Puts controls into the form around them, or into the one that their `form` names, and text into the marks around it.
private struct HTMLPageBuilder {
    /// Deeper than pages are.
    private static let maximumDepth = 100
    /// No more is added to a mark that has so many bytes.
    private static let maximumText = 1000
    private static let voidElements: Set<String> = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    ]

    struct OpenForm {
        let id: String?
        var form: HTMLForm
    }

    var forms: [OpenForm] = []
    var marks: [HTMLPage.Mark] = []
    private var isInForm = false
    /// Elements that are open, with the mark that each made.
    private var open: [(name: String, mark: Int?)] = []

    mutating func take(_ token: HTMLToken) {
        switch token {
        case .start(let name, let attributes): start(name, attributes)
        case .end(let name): end(name)
        case .text(let text): add(text)
        }
    }

    private mutating func start(_ name: String, _ attributes: [String: String]) {
        let mark = attributes["data-test"].map { test in
            marks.append(HTMLPage.Mark(name: test, attributes: attributes))
            return marks.count - 1
        }
        switch name {
        // A form inside a form is none, in HTML.
        case "form" where !isInForm:
            forms.append(OpenForm(id: attributes["id"], form: HTMLForm(attributes: attributes)))
            isInForm = true
        case "input", "button": addControl(HTMLForm.Control(tag: name, attributes: attributes))
        default: break
        }
        if !Self.voidElements.contains(name), open.count < Self.maximumDepth { open.append((name, mark)) }
    }

    private mutating func addControl(_ control: HTMLForm.Control) {
        let owner: Int?
        if let id = control.attributes["form"] {
            owner = forms.firstIndex { $0.id == id }
        } else {
            owner = isInForm ? forms.indices.last : nil
        }
        if let owner { forms[owner].form.controls.append(control) }
    }

    private mutating func end(_ name: String) {
        if name == "form" { isInForm = false }
        guard let position = open.lastIndex(where: { $0.name == name }) else { return }
        open.removeSubrange(position...)
    }

    private mutating func add(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for case let mark? in open.map(\.mark) where marks[mark].text.utf8.count < Self.maximumText {
            marks[mark].text += (marks[mark].text.isEmpty ? "" : " ") + words
        }
    }
}
