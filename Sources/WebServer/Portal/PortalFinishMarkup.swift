/// The form that ends a visit, in one language.
struct PortalFinishMarkup: Sendable {
    /// The value of `way` that takes nothing and leaves nothing.
    static let way = "done"

    let csrf: String
    let visit: Visit
    let shells: PageShells

    var markup: HTML {
        FormMarkup(action: shells.address(of: "/portal/deliver", for: visit), csrf: csrf).markup(
            " class=\"portal-finish\"",
            """
            \(FormMarkup.hidden("way", Self.way))
            <p class="hint">\(visit.markup("portal_finish_text"))</p>
            <button class="button quiet" type="submit" data-test="portal-deliver-\(Self.way)">\
            \(visit.markup("portal_finish"))</button>
            """)
    }
}
