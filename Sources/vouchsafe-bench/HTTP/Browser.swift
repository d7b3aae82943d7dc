import Foundation

/// A person's browser as far as a login needs one: it keeps cookies, reads the first form of a page and sends it.
struct Browser {
    private let connection: BlockingConnection
    private(set) var cookies: [Cookie]

    struct Cookie: Sendable {
        let name: Substring
        let value: Substring
    }

    /// - Parameter cookies: nothing for a browser that has been nowhere yet.
    init(_ connection: BlockingConnection, cookies: [Cookie] = []) {
        (self.connection, self.cookies) = (connection, cookies)
    }

    mutating func open(_ path: String) async throws -> HTTPAnswer {
        keepCookies(of: try await connection.send("GET", path, headers: cookieHeader))
    }

    /// - Parameter fields: beside `csrf`, in form encoding.
    mutating func send(_ form: PageForm, _ fields: String) async throws -> HTTPAnswer {
        let body = "csrf=" + form.csrf + "&" + fields
        return keepCookies(of: try await connection.post(form.action, form: body, headers: cookieHeader))
    }

    /// Whether the server has begun a session.
    var isLoggedIn: Bool { cookies.contains { $0.name.hasSuffix("vouchsafe-session") } }

    /// The line that brings the cookies back.
    var cookieHeader: String {
        guard !cookies.isEmpty else { return "" }
        return "Cookie: " + cookies.map { $0.name + "=" + $0.value }.joined(separator: "; ") + "\r\n"
    }

    private mutating func keepCookies(of answer: HTTPAnswer) -> HTTPAnswer {
        for line in answer.values(of: "set-cookie") {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            cookies.removeAll { $0.name == pair[0] }
            cookies.append(Cookie(name: pair[0], value: pair[1]))
        }
        return answer
    }
}

/// The first form of a page: where it goes, and what shows the server that its page was read.
struct PageForm {
    let action: String
    let csrf: String

    init(in page: [UInt8]) throws {
        guard let action = page.end(of: "<form method=\"post\" action=\""),
            let csrf = page.end(of: "name=\"csrf\" value=\"", from: action)
        else { throw BenchFailure("no form: " + String(decoding: page.prefix(500), as: UTF8.self)) }
        self.action = Self.attribute(page[action...])
        self.csrf = Self.attribute(page[csrf...])
    }

    /// Paths and values of these forms have nothing that HTML would escape.
    private static func attribute(_ page: ArraySlice<UInt8>) -> String {
        String(decoding: page.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }
}
