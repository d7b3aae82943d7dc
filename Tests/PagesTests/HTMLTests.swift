import Testing

@testable import WebServer

@Suite("Markup")
struct HTMLTests {
    private func text(_ html: HTML) -> String { String(decoding: html.bytes, as: UTF8.self) }

    @Test
    func `literals stay, values are escaped`() {
        let value = #"<a href="x">'&'</a>"#
        #expect(text("<p>\(value)</p>") == "<p>&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;</p>")
        #expect(text("<p>\(value.dropFirst(12))</p>") == "<p>&#39;&amp;&#39;&lt;/a&gt;</p>")
        #expect(text("\(12)") == "12")
    }

    @Test
    func `markup in markup is not escaped again`() {
        let inner: HTML = "<b>\("&")</b>"
        #expect(text("<p>\(inner)\([inner, inner])</p>") == "<p><b>&amp;</b><b>&amp;</b><b>&amp;</b></p>")
        #expect(text("<p>\(nil as HTML?)\(inner as HTML?)</p>") == "<p><b>&amp;</b></p>")
    }

    @Test
    func `characters of several scalars do not hide what must be escaped`() {
        #expect(text("\("\"\u{301}<\u{200D}é🇺🇦")") == "&quot;\u{301}&lt;\u{200D}é🇺🇦")
        #expect(text("\("")") == "")
    }

    @Test
    func `whole pages are put together around what differs`() {
        let holes = (PageShell.Hole.title.mark, PageShell.Hole.path.mark, PageShell.Hole.content.mark)
        let shell = PageShell(template: "<t>\(holes.0)</t><a \(holes.1)?x><a \(holes.1)?y><main>\(holes.2)</main>")
        let page = shell.filled(title: "A & B", path: "/p\"", content: "<p>\(holes.0)</p>")
        #expect(
            String(decoding: page, as: UTF8.self)
                == "<t>A &amp; B</t><a /p&quot;?x><a /p&quot;?y><main><p>\(holes.0)</p></main>")
        let empty = shell.filled(title: "", path: "", content: "")
        #expect(String(decoding: empty, as: UTF8.self) == "<t></t><a ?x><a ?y><main></main>")
    }
}
