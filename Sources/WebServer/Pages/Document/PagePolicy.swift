import HTTPTypes

/// What a browser may do with a page, as the headers that it is sent with.
struct PagePolicy: Sendable {
    /// Where the page's forms may lead.
    enum FormTargets: Sendable {
        case own
        /// Out to a client, through redirects; `scheme` is that of its redirection address where it is its own.
        case client(scheme: String?)
    }

    var formTargets = FormTargets.own
    /// Cuts the page off from the window that opened it.
    ///
    /// Not on login and consent pages: a client may have opened those in a window that it waits for.
    var isIsolated = false

    func headers(language: String) -> HTTPFields {
        var headers = Self.common
        headers[.contentLanguage] = language
        headers[.contentSecurityPolicy] = contentSecurityPolicy
        if isIsolated { headers[.crossOriginOpenerPolicy] = "same-origin" }
        return headers
    }

    private var contentSecurityPolicy: String {
        switch formTargets {
        case .own: return Self.ownForms
        case .client(let scheme):
            guard let scheme, Self.isScheme(scheme) else { return Self.clientForms }
            return Self.clientForms + " " + scheme + ":"
        }
    }

    private static let common: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .vary: "Accept-Language",
        .xContentTypeOptions: "nosniff", .frameOptions: "DENY",
        // Not `no-referrer`: browsers would then send `Origin: null` with our own form (Fetch, "append a request
        // `Origin` header"), and it could not be told from a form on another site.
        .referrerPolicy: "same-origin",
    ]

    private static let ownForms =
        [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:",
            "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
        ].joined(separator: "; ")

    /// Browsers hold `form-action` against every redirect that follows a form, also those that the client adds on its
    /// side, which nobody here can list: so any secure address, and the person's own device (RFC 8252 §7.3).
    private static let clientForms = ownForms + " https: http://localhost:* http://127.0.0.1:*"

    /// RFC 3986 §3.1: the text goes into a header, so nothing else may.
    private static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "+-.".utf8.contains($0)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension HTTPField.Name {
    // Valid field names, so there is a value.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
    static let frameOptions = HTTPField.Name("X-Frame-Options")!
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
}
