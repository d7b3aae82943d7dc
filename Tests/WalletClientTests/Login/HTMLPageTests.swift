import Testing

@testable import WalletClient

@Suite("Pages without a browser")
struct HTMLPageTests {
    private func tokens(_ text: String) -> [HTMLToken] { HTMLToken.tokens(of: Array(text.utf8)) }
    private func page(_ text: String) -> HTMLPage { HTMLPage(parsing: Array(text.utf8)) }
    private func start(_ name: String, _ attributes: [String: String] = [:]) -> HTMLToken {
        .start(name: name, attributes: attributes)
    }

    @Test("Attributes are read however they are quoted, and the first of a name stays")
    func attributes() {
        #expect(
            tokens("<INPUT Name=\"a\" value='b \"c\"' checked data-test=x/y>")
                == [start("input", ["name": "a", "value": "b \"c\"", "checked": "", "data-test": "x/y"])])
        #expect(tokens("<a b = 'c' b=d/><br/>") == [start("a", ["b": "c"]), start("br")])
        #expect(tokens("<a\nb\t=\rc\u{C}d>") == [start("a", ["b": "c", "d": ""])])
        #expect(tokens("<a =b=c>") == [start("a", ["=b": "c"])])
    }

    @Test("Character references are read, and what is none stays")
    func references() {
        #expect(tokens("<a b='1&amp;2&quot;&#39;&#x3C;&lt;'>") == [start("a", ["b": "1&2\"'<<"])])
        #expect(
            tokens("a&b &unknown; &#0; &#x110000; &#xD800; &amp &#1234567890;") == [
                .text("a&b &unknown; &#0; &#x110000; &#xD800; &amp &#1234567890;")
            ])
        #expect(tokens("&gt;é&nbsp;") == [.text(">é\u{A0}")])
    }

    @Test("Comments, declarations and scripts hide what is in them")
    func hidden() {
        #expect(
            tokens("<!DOCTYPE html><!-- <form> --><?php <a> ?><b>x</b>")
                == [start("b"), .text("x"), .end(name: "b")].withFirst(.text(" ?>")))
        for name in ["script", "style", "template", "textarea", "title"] {
            #expect(
                tokens("<\(name)><form action=evil></\(name.uppercased())><p>")
                    == [start(name), .end(name: name), start("p")])
        }
    }

    @Test(
        "What never ends, ends with the page",
        arguments: [
            "<", "<a", "<a b", "<a b=", "<a b='", "<a b=\"c", "</", "</a", "<!", "<!-", "<!--", "<!--x--", "<?",
            "<script>", "<script><", "<textarea></texta", "&", "&#", "&#x",
        ])
    func unfinished(text: String) {
        #expect(tokens(text).count <= 2)
        #expect(page(text).forms.isEmpty)
    }

    @Test(
        "Hostile pages take time in proportion to their size",
        arguments: ["<", "<!--", "<script>", "<a ", "&#", "<p data-test=a>x", "</p>", "<form><input name=a>"])
    func linear(piece: String) {
        let text = String(repeating: piece, count: (1 << 19) / piece.utf8.count)
        let page = page(text)
        #expect(page.marks.allSatisfy { $0.text.utf8.count < 2000 })
        #expect(page.forms.count <= 1)
    }

    @Test("Controls belong to the form around them, or to the one that they name")
    func forms() throws {
        let page = page(
            """
            <form id=a data-test=first method=POST action='/a?b=1&amp;c=2'>
              <input type=hidden name=csrf value=t><input name=username><input type=password name=password>
              <form action=/inner><button name=action value=login data-test=login-submit>Go</button></form>
            <input name=outside><button form=a name=action value=cancel>Cancel</button>
            <form data-test=second><input type=checkbox name=box checked><input type=radio name=r value=1>
            <button type=button name=action value=allow>no</button><input type=submit name=action value=deny>
            <input name=off disabled>
            """)
        #expect(page.forms.count == 2)
        let first = try #require(page.form("first"))
        #expect(first.action == "/a?b=1&c=2")
        #expect(first.isPost)
        #expect(first.hidden.map(\.value) == ["t"])
        #expect(first.typed.map(\.name) == ["username", "password"])
        #expect(first.button("login-submit", value: "x")?.value == "login")
        #expect(first.button("x", value: "cancel")?.value == "cancel")
        let second = try #require(page.form("second"))
        #expect(!second.isPost)
        #expect(second.controls.first?.isTicked == true)
        #expect(second.controls.first?.value == "on")
        #expect(second.button("allow", value: "allow") == nil)
        #expect(second.button("deny", value: "deny") != nil)
        #expect(second.typed.isEmpty)
    }

    @Test("Marked elements say what is in them")
    func marks() {
        let page = page(
            "<p data-test=problem role=alert> That is\n <b>not &amp; never</b> right. </p><p>x</p>"
                + "<div data-test=problem-page data-code=invalid_request><h1>No</h1><p>Bad</p></div>")
        #expect(page.mark("problem")?.text == "That is not & never right.")
        #expect(page.mark("problem-page")?.text == "No Bad")
        #expect(page.mark("problem-page")?.attributes["data-code"] == "invalid_request")
        #expect(page.mark("other") == nil)
    }
}

extension [HTMLToken] {
    fileprivate func withFirst(_ token: HTMLToken) -> [HTMLToken] { [token] + self }
}
