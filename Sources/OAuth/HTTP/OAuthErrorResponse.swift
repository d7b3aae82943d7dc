import WireFormats

/// An error response as its reader sees it, RFC 6749 §5.2: made fit to be shown.
package struct OAuthErrorResponse: Sendable, Equatable {
    /// 1 to 100 of the ASCII characters that RFC 6749 allows.
    package let code: String
    /// At most 500 such characters.
    package let description: String?

    package init(code: String, description: String? = nil) {
        self.code = code
        self.description = description
    }

    /// Nil if `body` is no JSON object with an `error`.
    package init?(parsing body: [UInt8]) {
        guard body.count <= 65_536, let object = (try? JSON(parsing: body))?.object,
            let code = object["error"]?.string.map(ErrorText.code), !code.isEmpty
        else { return nil }
        self.code = code
        description = object["error_description"]?.string.map(ErrorText.description)
    }

    /// Whether the request is worth repeating with the nonce that came with this answer, RFC 9449 §8.
    package var wantsDPoPNonce: Bool { code.hasSameBytes(as: "use_dpop_nonce") }
}
